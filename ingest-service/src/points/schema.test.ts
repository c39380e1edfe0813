import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { MEASUREMENT_NAMES, measurement, pointProblem } from './schema.ts';

const page = readFileSync(new URL('../../../docs/telemetry-schema.md', import.meta.url), 'utf8');

/** The table rows below a heading, as [tag|field, name, type]. */
function documented(name: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? '';
  return [...section.matchAll(/^\| (tag|field) \| (\w+) \| (\w*) ?\|/gm)].map((row) => row.slice(1));
}

test.each(MEASUREMENT_NAMES)('docs/telemetry-schema.md says of %s what the registry says', (name) => {
  const { tags, fields } = measurement(name);
  const registered = [
    ...tags.map((tag) => ['tag', tag, '']),
    ...Object.entries(fields).map(([f, t]) => ['field', f, t]),
  ];
  expect(documented(name)).toEqual(registered);
});

test('nothing that grows without bound is a tag', () => {
  const tags = MEASUREMENT_NAMES.flatMap((name) => measurement(name).tags);
  for (const unbounded of ['epcUri', 'epcHex', 'orderId', 'eventId', 'sequence', 'orderNumber']) {
    expect(tags).not.toContain(unbounded);
  }
});

test('a value of another type than registered is a problem, and so is a point without any value', () => {
  expect(pointProblem('reading', { netGrams: 1 })).toBeUndefined();
  expect(pointProblem('reading', { netGrams: Number.POSITIVE_INFINITY })).toMatch(/netGrams/);
  expect(pointProblem('reading', { pieces: 1.5 })).toMatch(/pieces/);
  expect(pointProblem('reading', { stable: 'yes' })).toMatch(/stable/);
  expect(pointProblem('reading', { deviceId: 'd' })).toMatch(/no field/);
});
