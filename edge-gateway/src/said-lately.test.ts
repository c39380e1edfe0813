import { expect, test } from 'vitest';

import { SaidLately } from './said-lately.ts';

test('the same thing is said once a minute, with how often it was held back; another at once', () => {
  let nowMs = 0;
  const said = new SaidLately({ now: () => nowMs });
  expect([said.mayPass('a'), said.mayPass('a'), said.mayPass('b'), said.mayPass('a')]).toEqual([
    0,
    undefined,
    0,
    undefined,
  ]);
  nowMs = 60_000;
  expect(said.mayPass('a')).toBe(2);
});

test('a million invented names take no more memory than a thousand', () => {
  const said = new SaidLately({ now: () => 0 });
  for (let name = 0; name < 5_000; name += 1) expect(said.mayPass(String(name))).toBe(0);
  expect(said.mayPass('4999')).toBeUndefined();
});
