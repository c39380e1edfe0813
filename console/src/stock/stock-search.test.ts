import { expect, test } from 'vitest';

import { parseStockSearch } from './stock-search';

test('the address keeps what was searched and which status', () => {
  expect(parseStockSearch({ q: 'bolt', status: 'OUT_OF_STOCK' })).toEqual({ q: 'bolt', status: 'OUT_OF_STOCK' });
});

test('a number typed into the search is text', () => {
  expect(parseStockSearch({ q: 6204 })).toEqual({ q: '6204' });
});

test('what is not understood is left out', () => {
  expect(parseStockSearch({ q: ['a'], status: 'FINE', other: 1 })).toEqual({});
});
