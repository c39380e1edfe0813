import { IconCircleCheck } from '@tabler/icons-react';
import { expect, test } from 'vitest';

import { PAGE_GROUPS, pagesByGroup, pagesFor, splitForPhone, type PageEntry } from './pages';

const page = (label: string, index = 0): PageEntry => ({
  to: '/',
  label,
  icon: IconCircleCheck,
  group: PAGE_GROUPS[index % 2 === 0 ? 0 : 3],
  roles: index % 2 === 0 ? ['admin', 'operator'] : ['admin'],
});
const labels = (pages: readonly PageEntry[]): string[] => pages.map(({ label }) => label);

test('a person sees the pages of their role, and nobody signed in sees none', () => {
  const all = ['a', 'b', 'c'].map(page);
  expect(labels(pagesFor('admin', all))).toEqual(['a', 'b', 'c']);
  expect(labels(pagesFor('operator', all))).toEqual(['a', 'c']);
  expect(pagesFor(undefined, all)).toEqual([]);
});

test('each role begins at the stock list, and a supplier never sees the work of the customer’s own people', () => {
  for (const role of ['admin', 'buyer', 'operator', 'viewer', 'supplier'] as const) {
    expect(pagesFor(role)[0]?.to).toBe('/');
  }
  expect(labels(pagesFor('supplier'))).not.toContain('Counting');
});

test('pages stand in groups, in the order of the groups; a group without pages is left out', () => {
  const groups = pagesByGroup(['a', 'b', 'c'].map(page));
  expect(groups.map(({ group, pages }) => [group, ...labels(pages)])).toEqual([
    ['Storeroom', 'a', 'c'],
    ['Administration', 'b'],
  ]);
});

test.each([
  [3, 3, 0],
  [5, 5, 0],
  [6, 4, 2],
  [14, 4, 10],
])('of %i pages, %i are at the thumb and %i behind "More"', (count, bar, more) => {
  const split = splitForPhone(Array.from({ length: count }, (_, index) => page(String(index))));
  expect([split.bar.length, split.more.length]).toEqual([bar, more]);
});
