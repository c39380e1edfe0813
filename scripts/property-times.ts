/**
 * fast-check with more runs of every property: `SHELFWIRE_PROPERTY_TIMES=20 npx vitest run --project unit PATH…` takes this
 * in its place. A counterexample is printed with its seed, as always.
 */
import real from '../node_modules/fast-check/lib/fast-check.js';

const TIMES = Number(process.env['SHELFWIRE_PROPERTY_TIMES'] ?? 1);
const RUNS = 100; // fast-check's own default
/** So that properties over a database end, too. */
const LIMIT_MS = 120_000;

const assert = <Ts>(property: real.IRawProperty<Ts>, parameters: real.Parameters<Ts> = {}): void | Promise<void> =>
  real.assert(property, {
    ...parameters,
    numRuns: Math.round((parameters.numRuns ?? RUNS) * TIMES),
    interruptAfterTimeLimit: LIMIT_MS,
    markInterruptAsFailure: false,
  });

// oxlint-disable-next-line import/no-default-export -- it stands in for a package that has one
export default { ...real, assert };
