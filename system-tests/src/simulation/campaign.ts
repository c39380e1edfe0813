import { Worker } from 'node:worker_threads';

import type { SimulationReport } from './run.ts';
import { SimulatedDatabase } from './simulated-database.ts';

/** What a worker is to live through: `days` of the site of one seed. */
export interface Errand {
  seed: number;
  days: number;
}

/**
 * Many sites, one after the other on each of some threads. Each seed is lived through by itself, so that it gives the
 * same on any thread and alone.
 */
export async function runCampaign(options: {
  firstSeed: number;
  runs: number;
  days: number;
  workers: number;
  /** In the order in which they end. */
  lived: (report: SimulationReport) => void;
}): Promise<SimulationReport[]> {
  const { firstSeed, runs, days, lived } = options;
  const image = await (await SimulatedDatabase.image()).arrayBuffer();
  const reports: SimulationReport[] = [];
  let next = firstSeed;
  const live = async (): Promise<void> => {
    const worker = new Worker(new URL('campaign-worker.js', import.meta.url), { workerData: image });
    try {
      while (next < firstSeed + runs) {
        const seed = next;
        next += 1;
        const report = await ask(worker, { seed, days });
        reports.push(report);
        lived(report);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.workers, runs) }, live));
  return reports.sort((a, b) => a.seed - b.seed);
}

function ask(worker: Worker, errand: Errand): Promise<SimulationReport> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new Error(`seed ${errand.seed}: ${error.message}`, { cause: error }));
    worker.once('error', fail);
    worker.once('message', (report: SimulationReport) => {
      worker.off('error', fail);
      resolve(report);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(errand);
  });
}
