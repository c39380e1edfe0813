import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Row } from '@shelfwire/bench/results';

import type { Smoothness } from './smoothness.ts';

/** What design section 6 asks of the console. */
const FIRST_LOAD_KB_MAX = 250;
/** In these nobody may feel a task; the first reading of all bins is told beside them. */
const WITHOUT_A_HITCH = ['scrolling', 'idle', 'filtering', 'searching'];

/** The script that a browser loads before it shows anything, in kB of gzip. @param consoleDir a built console */
export function firstLoadRow(consoleDir: string): Row {
  const html = readFileSync(join(consoleDir, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path ?? '');
  const bytes = scripts.map((path) => gzipSync(readFileSync(join(consoleDir, path)), { level: 9 }).length);
  const value = bytes.reduce((sum, size) => sum + size, 0) / 1_000;
  return {
    id: 'console/first load of script, gzip',
    value,
    unit: 'kB',
    budget: FIRST_LOAD_KB_MAX,
    ok: scripts.length > 0 && value <= FIRST_LOAD_KB_MAX,
  };
}

/** @param measured what was felt in each round, by what was done meanwhile; the worst round counts */
export function smoothnessRows(
  device: string,
  bins: number,
  measured: readonly Readonly<Record<string, Smoothness>>[],
): Row[] {
  const worst = (name: string, figure: keyof Smoothness): number =>
    Math.max(...measured.map((round) => round[name]?.[figure] ?? Number.NaN));
  const hitches = WITHOUT_A_HITCH.reduce((sum, name) => sum + worst(name, 'longTasks'), 0);
  const of = `console/${device}, ${bins} bins`;
  return [
    {
      id: `${of}: long tasks while scrolling, resting, filtering, searching`,
      value: hitches,
      unit: 'tasks',
      budget: 0,
      ok: hitches === 0,
    },
    { id: `${of}: frame while scrolling, p99`, value: worst('scrolling', 'frameP99Ms'), unit: 'ms', ok: true },
    { id: `${of}: reading all of them`, value: worst('loading', 'durationMs') / 1_000, unit: 's', ok: true },
    { id: `${of}: longest task meanwhile`, value: worst('loading', 'longestTaskMs'), unit: 'ms', ok: true },
  ];
}
