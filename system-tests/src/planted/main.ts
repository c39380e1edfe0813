import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import type { Bug } from './bug.ts';
import { BUGS } from './bugs.ts';
import { ProductCopy } from './copy.ts';
import type { Hunted } from './hunt.ts';

const USAGE = `npm run test:planted -- [--only PATTERN] [--seed N] [--days N] [--site-days N] [--workers N]

Puts one mistake after the other into a copy of the product and lets the simulation live through sites of --days days,
from --seed on, until its judge finds a broken promise or --site-days are over. Prints a table. --only: bugs whose name
the pattern matches. On so many --workers, each with a copy of its own.`;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();

/** @returns the exit code: 1 if a bug that should be found was not, 2 if one could not be planted */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      seed: { type: 'string', default: '40' },
      days: { type: 'string', default: '3' },
      'site-days': { type: 'string', default: '12' },
      workers: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const bugs = BUGS.filter(({ name }) => new RegExp(values.only).test(name));
  const args = [values.seed, values.days, values['site-days']];
  const outcomes = await findOutAll(bugs, args, Number(values.workers));
  console.log(
    [
      '\n| planted | found after | by |',
      '| --- | --- | --- |',
      ...bugs.map((bug) => rowOf(bug, outcomes.get(bug))),
    ].join('\n'),
  );
  const found = bugs.filter((bug) => outcomes.get(bug)?.kind === 'found');
  console.log(`\n${found.length} of ${bugs.length} found`);
  if ([...outcomes.values()].some(({ kind }) => kind === 'failed')) return 2;
  return bugs.every((bug) => found.includes(bug) || bug.harmless !== undefined) ? 0 : 1;
}

async function findOutAll(
  bugs: readonly Bug[],
  args: readonly string[],
  workers: number,
): Promise<ReadonlyMap<Bug, Outcome>> {
  const outcomes = new Map<Bug, Outcome>();
  const waiting = [...bugs];
  const work = async (): Promise<void> => {
    const copy = new ProductCopy(process.cwd());
    try {
      for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
        const outcome = await findOut(copy, bug, args);
        outcomes.set(bug, outcome);
        console.error(rowOf(bug, outcome));
      }
    } finally {
      copy.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, bugs.length) }, work));
  return outcomes;
}

type Outcome =
  | { kind: 'found'; siteDays: number; by: string; example: string }
  | { kind: 'missed'; siteDays: number }
  | { kind: 'failed'; detail: string };

async function findOut(copy: ProductCopy, bug: Bug, args: readonly string[]): Promise<Outcome> {
  const takeOut = copy.plant(bug);
  try {
    const built = await copy.build();
    if (built.code !== 0) return { kind: 'failed', detail: `cannot be built: ${built.output.slice(0, 500)}` };
    const hunted = await copy.hunt(bug, args);
    // The product may end the whole process, as it would end its own.
    if (hunted.code !== 0) return { kind: 'failed', detail: `the process ended: ${hunted.output.slice(-500)}` };
    const { siteDays, broken } = JSON.parse(hunted.output.trim().split('\n').at(-1) ?? '') as Hunted;
    const [first] = broken;
    if (!first) return { kind: 'missed', siteDays };
    const kinds = [...new Set(broken.map(({ kind }) => kind))].sort((a, b) => a.localeCompare(b));
    return { kind: 'found', siteDays, by: kinds.join(', '), example: first.sentence };
  } finally {
    takeOut();
  }
}

function rowOf({ name, harmless, hunter }: Bug, outcome: Outcome | undefined): string {
  const lived = hunter === 'replicas' ? 'runs of two replicas' : 'site-days';
  switch (outcome?.kind) {
    case 'found':
      return `| ${name} | ${outcome.siteDays} ${lived} | ${outcome.by}: ${outcome.example} |`;
    case 'missed':
      return `| ${name} | **not** in ${outcome.siteDays} ${lived} | ${harmless ?? ''} |`;
    default:
      return `| ${name} | – | ${outcome?.detail ?? 'not tried'} |`;
  }
}
