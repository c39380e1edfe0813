import { interleave } from '../interleaved/interleave.ts';
import { SharedDatabase } from '../interleaved/replicas.ts';
import type { Hunted } from './hunt.ts';

/** As many runs as the simulation would live through days. */
const [seed = 40, , runsMax = 12] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await hunt()));

/** Interleaves two replicas by one seed after the other until a promise is broken; a run is the day of a site. */
async function hunt(): Promise<Hunted> {
  const database = await SharedDatabase.start();
  try {
    for (let run = 0; run < runsMax; run += 1) {
      const { broken } = await interleave(database, seed + run);
      if (broken.length > 0) return { siteDays: run + 1, broken };
    }
    return { siteDays: runsMax, broken: [] };
  } finally {
    await database.close();
  }
}
