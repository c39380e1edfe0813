import { floorOf, secondHalf, slopePerHour } from './slope.ts';
import type { Seen } from './watch.ts';

const WINDOW_HOURS = 1 / 20;
/** Before, everything is still being read, compiled and filled. */
const WARM_AFTER = 0.1;

/** Prints a line for each. @returns false if something grew too much */
export function tellGrowth(seen: Seen): boolean {
  let isCalm = true;
  console.log('| service and what | first | last | an hour | an hour, second half | at most | |');
  console.log('|---|---|---|---|---|---|---|');
  for (const [key, { watched, samples }] of seen) {
    const { perUnit, growthMax, unit } = watched;
    const lastHours = samples.at(-1)?.atHours ?? 0;
    const floor = floorOf(
      samples.filter(({ atHours }) => atHours >= lastHours * WARM_AFTER),
      WINDOW_HOURS,
    );
    const growth = slopePerHour(secondHalf(floor)) / perUnit;
    const within = growthMax === undefined || growth <= growthMax;
    isCalm &&= within;
    const numbers = [floor[0]?.value, floor.at(-1)?.value, slopePerHour(floor)].map((value = 0) => value / perUnit);
    const cells = [...numbers.map((value) => value.toFixed(1)), growth.toFixed(2), growthMax ?? '', unit];
    console.log(`| ${key} | ${cells.join(' | ')}${within ? '' : ' **GROWS**'} |`);
  }
  return isCalm;
}
