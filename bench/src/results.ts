import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

import type { Row } from './row.ts';

export type { Row } from './row.ts';

const RESULTS = new URL('../results/latest.json', import.meta.url);

interface Results {
  machine: { cpu: string; cores: number; memoryGiB: number; node: string };
  measuredAt: string;
  rows: Row[];
}

/** One line each, with its ratio and budget, and whether that was missed. */
export function printRows(rows: readonly Row[]): void {
  const width = Math.max(0, ...rows.map((row) => row.id.length));
  for (const row of rows) {
    const figures = [
      row.id.padEnd(width),
      `${formatValue(row.value)} ${row.unit}`.padStart(18),
      (row.ratio === undefined ? '' : `ratio ${row.ratio.toFixed(2)}`).padStart(12),
      (row.budget === undefined ? '' : `budget ${row.budget}`).padStart(16),
      row.ok ? '' : '  MISSED',
    ];
    console.log(figures.join(''));
  }
}

/** Into bench/results/latest.json; rows of benches that did not run this time are kept from before. @param chosen those that ran */
export function writeRows(rows: readonly Row[], chosen: readonly string[]): void {
  const kept = readEarlier().filter(({ id }) => !chosen.some((name) => id.startsWith(`${name}/`)));
  const results: Results = {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    measuredAt: new Date().toISOString(),
    rows: [...kept, ...rows],
  };
  mkdirSync(new URL('.', RESULTS), { recursive: true });
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
}

function readEarlier(): Row[] {
  try {
    return (JSON.parse(readFileSync(RESULTS, 'utf8')) as Results).rows;
  } catch {
    return [];
  }
}

function formatValue(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
