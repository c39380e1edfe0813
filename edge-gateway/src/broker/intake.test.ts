import { expect, test } from 'vitest';

import { Intake } from './intake.ts';

test('who waits for room is called once, when half of what waited for the disk has gone', async () => {
  const intake = new Intake();
  let entered = 0;
  for (; !intake.isFull; entered += 1) intake.enter();
  const called: string[] = [];
  for (const name of ['first', 'second']) intake.waitForRoom(() => called.push(name));
  for (let left = 0; left < entered; left += 1) {
    intake.leave();
    if (left < entered / 2 - 1) {
      await Promise.resolve();
      expect(called).toEqual([]);
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect(called).toEqual(['first', 'second']);
  expect(intake.isFull).toBe(false);
});
