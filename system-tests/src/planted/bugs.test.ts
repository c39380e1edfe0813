import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { plantIn } from './bug.ts';
import { BUGS } from './bugs.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

test.each(BUGS.map((bug) => [bug.name, bug] as const))('it can still be planted that %s', (_, { changes }) => {
  for (const change of changes) {
    const text = readFileSync(`${repository}${change.file}`, 'utf8');
    expect(plantIn(text, change)).not.toBe(text);
  }
});
