import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { measureTags, type TagCase } from './detection/tags.ts';
import { measureWeight, type WeightCase } from './detection/weight.ts';

/**
 * How well picks and tags are detected, on simulated truth: `node bench/dist/detection.js [--picks N] [--seed N] [--out FILE]`.
 * Not a matter of speed: the same seed gives the same table on every machine.
 */

const NOISE_LEVELS = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5];
const READ_RATES = [0.95, 0.9, 0.8, 0.7, 0.6, 0.3];
const PIECE_GRAMS = 20;

function weightCases(): WeightCase[] {
  const scales = [
    { everyMs: 100, name: '10 Hz' },
    { everyMs: 1_000, name: '1 Hz' },
  ];
  // As commissioning sets it: the band holds the scale's own noise.
  const commissioned = scales.flatMap((scale) =>
    NOISE_LEVELS.map((noisePieces) => ({
      ...scale,
      noisePieces,
      settings: { filter: { stableWithinGrams: Math.max(4, 8 * noisePieces * PIECE_GRAMS) } },
    })),
  );
  const untouched = scales.flatMap(({ everyMs, name }) =>
    [0.02, 0.05, 0.1].map((noisePieces) => ({ everyMs, name: `${name}, defaults`, noisePieces, settings: {} })),
  );
  // A shelf beside a machine: ±10 g at 7.3 Hz on top of little noise.
  const shaking = [{}, { filter: { stableWithinGrams: 40 } }].map((settings, index) => ({
    everyMs: 100,
    name: `10 Hz, vibration ±10 g, ${index === 0 ? 'defaults' : 'band 40 g'}`,
    noisePieces: 0.02,
    vibrationGrams: 10,
    settings,
  }));
  return [...commissioned, ...untouched, ...shaking];
}

/** What other defaults would have done, where the noise makes a difference. */
function alternativeCases(): WeightCase[] {
  const filters = {
    'as above': {},
    'medianOf 1': { medianOf: 1 },
    'medianOf 5': { medianOf: 5 },
    'stableForMs 500': { stableForMs: 500 },
    'stableForMs 2000': { stableForMs: 2_000 },
    'stableForMs 3000': { stableForMs: 3_000 },
  };
  return [100, 1_000].flatMap((everyMs) =>
    [0.2, 0.3, 0.5].flatMap((noisePieces) =>
      Object.entries(filters).map(([name, filter]) => ({
        everyMs,
        noisePieces,
        name: `${1_000 / everyMs} Hz, ${name}`,
        settings: { filter: { stableWithinGrams: 8 * noisePieces * PIECE_GRAMS, ...filter } },
      })),
    ),
  );
}

function tagCases(): TagCase[] {
  return [
    { leftAfterMs: 0, name: '0 s: by read rate alone' },
    { leftAfterMs: 10_000, name: '10 s' },
    { leftAfterMs: 600_000, name: '600 s (default)' },
  ].flatMap((limit) => READ_RATES.map((readRate) => ({ ...limit, readRate })));
}

function shadowCases(): TagCase[] {
  return [0, 10_000, 60_000, 300_000, 600_000].map((leftAfterMs) => ({
    name: `${leftAfterMs / 1_000} s`,
    leftAfterMs,
    readRate: 0.8,
    shadows: true,
  }));
}

function perThousand(count: number, of: number): string {
  return ((count * 1_000) / of).toFixed(1);
}

function weightTable(cases: readonly WeightCase[], picks: number, seed: number): string[] {
  const rows = cases.map((test) => {
    const score = measureWeight(test, { picks, seed });
    const rates = [score.found, score.missed, score.invented].map((count) => perThousand(count, score.picks));
    const delays = `${(score.delayP50Ms / 1_000).toFixed(1)} / ${(score.delayP99Ms / 1_000).toFixed(1)} s`;
    return `| ${[test.name, `${test.noisePieces * 100} %`, ...rates, delays, score.readingsPerHour.toFixed(0)].join(' | ')} |`;
  });
  return [
    '| scale | noise (σ ÷ piece) | found | missed | invented | told after (p50 / p99) | readings/h |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

function tagTable(cases: readonly TagCase[], moves: number, seed: number): string[] {
  const rows = cases.map((test) => {
    const score = measureTags(test, { moves, seed });
    const rates = [score.found, score.missed, score.invented].map((count) => perThousand(count, score.moves));
    const delays = `${(score.leftDelayP50Ms / 1_000).toFixed(0)} / ${(score.leftDelayP99Ms / 1_000).toFixed(0)} s`;
    return `| ${[test.name, `${test.readRate * 100} %`, ...rates, delays].join(' | ')} |`;
  });
  return [
    '| left after | read rate per cycle | found | missed | invented | departure told after (p50 / p99) |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}

const { values } = parseArgs({
  options: {
    picks: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const picks = Number(values.picks);
const seed = Number(values.seed);
const page = `# Detection quality

How well the gateway's normalization tells picks and tags, against the truth of a seeded simulation. Made by
\`npm run detection -w @shelfwire/bench\` (picks ${picks}, seed ${seed}); the same seed gives the same table on every machine.

## Picks of one piece

A bin of ${PIECE_GRAMS} g pieces; one is taken every 15 to 40 s. The hand shakes the plate for 0.4 to 1.5 s, the load cell's noise
is normal, one sample in 500 is a spike of up to 100 pieces, the load creeps by 20 g a day within a tenth of a piece. Figures are
per 1,000 picks.
*Found*: the good readings show one piece less before the next pick. *Invented*: pieces of change that no pick explains;
a pick told after the next one counts as missed and invented. The motion band (\`stableWithinGrams\`) is 8 σ of the noise, at
least 4 g, as commissioning sets it; "defaults" leaves it at 4 g.

${weightTable(weightCases(), picks, seed).join('\n')}

What it says: one piece is told reliably while the noise stays below 30 % of its weight (10 Hz) or 20 % (1 Hz).
Beyond that, use a faster scale, a smaller scale, or count by tag. A steady vibration is recognised and averaged out
(\`vibrationGrams\`). Other noise wider than the band never settles: those readings are flagged \`unstable\`, and nothing is
ordered, rather than guessed.

### Other settings

The same picks with other settings of the filter. A shorter window invents picks at any noise worth the name; a longer one
costs a fast scale a second for each second, and buys nothing up to 30 %. Without the median a slow scale tells a pick a
second earlier up to 20 % and loses every ninth at 30 %. Where the noise is above that the trade is the installer's:
\`stableForMs: 2000\` for a fast scale, \`medianOf: 5\` for a slow one. So the defaults stay: 3 and 1 s.

${weightTable(alternativeCases(), picks, seed).join('\n')}

## Tags

A hundred tags under one reader with one read cycle a second; each stays 5 to 30 minutes. Misses are independent, which is
kinder than a real shelf, where a person or a metal cart hides many tags at once for minutes: hence the default of 600 s.
Figures per 1,000 arrivals and departures.

${tagTable(tagCases(), picks, seed).join('\n')}

With shadows: about every ten minutes something stands before half of the tags for 1 to 3 minutes. A limit below that
invents hundreds of departures and returns; the default of 600 s tells none, and true departures later. Where nothing stands
before the tags for long, 300 s does the same.

${tagTable(shadowCases(), picks, seed).join('\n')}
`;
if (values.out === undefined) process.stdout.write(page);
else writeFileSync(values.out, page);
