import { parseArgs } from 'node:util';

import { benchChain } from './chain.ts';
import { benchDecoders } from './decoders.ts';
import { benchGateway } from './gateway.ts';
import { benchIngest } from './ingest.ts';
import { benchHistory } from './ingest-history.ts';
import { benchMillionAMinute, benchOutage } from './ingest-steady.ts';
import { benchTenMillion } from './ingest-ten-million.ts';
import { benchReorder } from './reorder.ts';
import { benchReorderCost } from './reorder-cost.ts';
import { printRows, writeRows } from './results.ts';
import type { Row } from './row.ts';

const BENCHES: Readonly<Record<string, () => Promise<Row[]>>> = {
  decode: benchDecoders,
  gateway: benchGateway,
  ingest: benchIngest,
  reorder: benchReorder,
  chain: benchChain,
};
/** Minutes each, so only when they are named. */
const LONG_BENCHES: Readonly<Record<string, () => Promise<Row[]>>> = {
  'ingest-ten-million': benchTenMillion,
  'ingest-million-a-minute': benchMillionAMinute,
  'ingest-outage': benchOutage,
  'ingest-history': benchHistory,
  'reorder-cost': benchReorderCost,
};
const ALL_BENCHES = { ...BENCHES, ...LONG_BENCHES };

const USAGE = `npm run bench -- [NAME …]

Measures, prints a table, and writes bench/results/latest.json. Names: ${Object.keys(BENCHES).join(', ')}; without one, all of these.
For minutes each, only by name: ${Object.keys(LONG_BENCHES).join(', ')}.
SHELFWIRE_BENCH_SECONDS sets how long the chain is kept under load (30; the budget is about 300).
The machine should do nothing else meanwhile. Absolute figures are this machine's; compare ratios, which come from one run.`;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !(name in ALL_BENCHES));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`there is no bench named ${unknown.join(', ')}\n`);
  console.log(USAGE);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  const chosen = positionals.length > 0 ? positionals : Object.keys(BENCHES);
  const rows: Row[] = [];
  for (const name of chosen) {
    console.error(`measuring ${name} …`);
    rows.push(...((await ALL_BENCHES[name]?.()) ?? []));
  }
  printRows(rows);
  writeRows(rows, chosen);
  process.exitCode = rows.every((row) => row.ok) ? 0 : 1;
}
