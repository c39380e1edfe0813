import fc from 'fast-check';
import { expect, test } from 'vitest';

import { csvLine, readCsv } from './csv.ts';

test('whatever is written is read back, cell by cell, with the line it began in', () => {
  // Trimmed, and what a spreadsheet would run is changed on purpose: both apart.
  const cell = fc.string().map((text) => text.replaceAll(/^[=+\-@\s']+|\s+$/g, ''));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 }), (rows) => {
      const filled = rows.map(([a, b, c]) => [`x${a}`, b, c] as const);
      const text = csvLine(['a', 'b', 'c']) + filled.map((row) => csvLine(row)).join('');
      const read = readCsv(text);
      expect(read.ok ? read.rows.map(({ cells }) => [cells['a'], cells['b'], cells['c']]) : read).toEqual(
        filled.map((row) => row.map((each) => each.trim())),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('lines are counted as an editor counts them, over line breaks in quotes and empty lines', () => {
  const read = readCsv('\uFEFFid;note\r\n1;"two\nlines"\r\n\r\n2;"say ""hi"""\r\n');
  expect(read).toMatchObject({
    ok: true,
    rows: [
      { line: 2, cells: { id: '1', note: 'two\nlines' } },
      { line: 5, cells: { id: '2', note: 'say "hi"' } },
    ],
  });
});

test.each([
  ['', 1, /header/],
  ['a,a\n1,2', 1, /twice/],
  ['a,b\n1,2,3', 2, /3 cells/],
  ['a,b\n1,"2', 2, /not closed/],
  ['a,b\n1,"2"x', 2, /follows/],
])('%j is refused in its line', (text, line, why) => {
  expect(readCsv(text)).toMatchObject({ ok: false, line, what: expect.stringMatching(why) });
});

test('no cell becomes a formula', () => {
  expect(csvLine(['=cmd()', '+1', '-2', '@x', -2, null, true])).toBe("'=cmd(),'+1,'-2,'@x,-2,,true\r\n");
});
