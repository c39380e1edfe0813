import { parentPort, workerData } from 'node:worker_threads';

import type { Errand } from './campaign.ts';
import { simulate } from './run.ts';
import { SimulatedDatabase } from './simulated-database.ts';

/** So many days later a database has grown by what `empty` leaves behind, and its statistics are of other sites. */
const RUNS_PER_DATABASE = 20;

const image = new Blob([workerData as ArrayBuffer]);
let database: SimulatedDatabase | undefined;
let runs = 0;

parentPort?.on('message', (errand: Errand) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void live(errand).then((report) => parentPort?.postMessage(report));
});

async function live(errand: Errand): Promise<unknown> {
  if (runs % RUNS_PER_DATABASE === 0) {
    await database?.close();
    database = undefined;
  }
  runs += 1;
  database ??= await SimulatedDatabase.open(image);
  return simulate(database, errand);
}
