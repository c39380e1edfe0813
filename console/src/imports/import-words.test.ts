import { expect, test } from 'vitest';

import { describeResult, describeRow } from './import-words';

test('a new row says what it becomes, a changed one what it was too', () => {
  const changes = [{ field: 'name', before: 'Bolt', after: 'Hex bolt' }];
  expect(describeRow({ line: 2, id: 'bolt', outcome: 'changed', changes })).toBe('name: Bolt → Hex bolt');
  expect(
    describeRow({
      line: 3,
      id: 'nut',
      outcome: 'created',
      changes: [
        { field: 'name', before: null, after: 'Nut' },
        { field: 'pieceGrams', before: null, after: 12.5 },
      ],
    }),
  ).toBe('name: Nut · pieceGrams: 12.5');
});

test('a value that is cleared is none', () => {
  const changes = [{ field: 'gtin', before: '0950', after: null }];
  expect(describeRow({ line: 2, id: 'bolt', outcome: 'changed', changes })).toBe('gtin: 0950 → none');
});

test('a result counts what is new, changed, and as it was', () => {
  expect(describeResult({ created: 2, changed: 0, unchanged: 40 })).toBe('2 new, 0 changed, 40 as they are');
});
