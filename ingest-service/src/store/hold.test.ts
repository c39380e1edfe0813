import { expect, test } from 'vitest';

import { StoreAwayError } from '../errors.ts';
import { withinHold, type HoldClock } from './hold.ts';

const policy = { holdMs: 10_000, retryFirstMs: 100, retryMaxMs: 1_000 };
const never = new AbortController().signal;

/** Waits take no time, but count. */
function virtualClock(): HoldClock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    wait: (ms, signal) => {
      nowMs += ms;
      return signal.aborted ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
    random: () => 1,
  };
}

/** Fails until the time, with what the store asks for; notes when it was tried. */
function awayUntil(backAtMs: number, clock: HoldClock, retryAfterMs?: number) {
  const attemptsAtMs: number[] = [];
  const attempt = (): Promise<string> => {
    attemptsAtMs.push(clock.nowMs());
    return clock.nowMs() >= backAtMs
      ? Promise.resolve('stored')
      : Promise.reject(new StoreAwayError('STORE_UNAVAILABLE', 'away', { retryAfterMs }));
  };
  return { attempt, attemptsAtMs };
}

test('tries again with growing pauses until the store is back', async () => {
  const clock = virtualClock();
  const { attempt, attemptsAtMs } = awayUntil(2_000, clock);
  expect(await withinHold(attempt, policy, never, () => undefined, clock)).toBe('stored');
  expect(attemptsAtMs).toEqual([0, 100, 300, 700, 1_500, 2_500]);
});

test('gives up within the hold, so that a message is not kept for ever', async () => {
  const clock = virtualClock();
  const { attempt, attemptsAtMs } = awayUntil(Number.POSITIVE_INFINITY, clock);
  await expect(withinHold(attempt, policy, never, () => undefined, clock)).rejects.toThrow('away');
  expect(attemptsAtMs.at(-1)).toBe(9_500);
});

test('waits as long as the store asks, and not at all if that is beyond the hold', async () => {
  const clock = virtualClock();
  const patient = awayUntil(1, clock, 3_000);
  expect(await withinHold(patient.attempt, policy, never, () => undefined, clock)).toBe('stored');
  expect(patient.attemptsAtMs).toEqual([0, 3_000]);

  const tooLong = awayUntil(Number.POSITIVE_INFINITY, clock, 60_000);
  await expect(withinHold(tooLong.attempt, policy, never, () => undefined, clock)).rejects.toThrow('away');
  expect(tooLong.attemptsAtMs).toEqual([3_000]);
});

test('ends its wait when told to stop, and says what was wrong', async () => {
  const stop = new AbortController();
  const { attempt } = awayUntil(Number.POSITIVE_INFINITY, virtualClock());
  const held = withinHold(attempt, { ...policy, retryFirstMs: 9_000, retryMaxMs: 9_000 }, stop.signal, () =>
    stop.abort(),
  );
  await expect(held).rejects.toThrow('away');
});

test('does not repeat what no repeat can heal', async () => {
  let attempts = 0;
  const attempt = (): Promise<never> => {
    attempts++;
    return Promise.reject(new TypeError('a fault in the code'));
  };
  await expect(withinHold(attempt, policy, never, () => undefined, virtualClock())).rejects.toThrow('a fault');
  expect(attempts).toBe(1);
});
