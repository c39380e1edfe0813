import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { GroupSilence } from './share-group.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a member that hears nothing for ten seconds subscribes again, every ten seconds', () => {
  const subscribeAgain = vi.fn<() => void>();
  const silence = new GroupSilence(subscribeAgain);
  vi.advanceTimersByTime(9_000);
  silence.heard();
  vi.advanceTimersByTime(9_000);
  expect(subscribeAgain).not.toHaveBeenCalled();
  vi.advanceTimersByTime(21_000);
  expect(subscribeAgain).toHaveBeenCalledTimes(3);
  silence.close();
  vi.advanceTimersByTime(60_000);
  expect(subscribeAgain).toHaveBeenCalledTimes(3);
});
