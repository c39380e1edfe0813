import { simulate } from '../simulation/run.ts';
import { SimulatedDatabase } from '../simulation/simulated-database.ts';

/** What the judge found, as the one line this process says. */
export interface Hunted {
  /** Site-days lived until then, or in all. */
  siteDays: number;
  /** Empty: not found. */
  broken: readonly { kind: string; sentence: string }[];
}

const [seed = 40, days = 3, siteDaysMax = 12] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await hunt()));

/** Lives through one site after the other until a promise is broken. A product that throws is found out as well. */
async function hunt(): Promise<Hunted> {
  const database = await SimulatedDatabase.open();
  try {
    for (let siteDays = days; siteDays <= siteDaysMax; siteDays += days) {
      const { broken } = await simulate(database, { seed: seed + siteDays / days - 1, days });
      if (broken.length > 0) return { siteDays, broken };
    }
    return { siteDays: siteDaysMax, broken: [] };
  } finally {
    await database.close();
  }
}
