import type { ImportResult } from '../api/types';

/** "2 new, 1 changed, 40 as they are". */
export function describeResult({ created, changed, unchanged }: Omit<ImportResult, 'rows' | 'dryRun'>): string {
  return `${created} new, ${changed} changed, ${unchanged} as they are`;
}

/** "name: Bolt → Hex bolt"; of what is new, only what it becomes. */
export function describeRow({ outcome, changes }: ImportResult['rows'][number]): string {
  const words = changes.map(({ field, before, after }) =>
    outcome === 'created' ? `${field}: ${show(after)}` : `${field}: ${show(before)} → ${show(after)}`,
  );
  return words.join(' · ');
}

function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
