import { expect, test } from 'vitest';

import { StoreAwayError } from '../errors.ts';
import { StoreHold, type HoldClock } from './hold.ts';

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
  expect(await new StoreHold(policy, clock).keep(attempt, never, () => undefined)).toBe('stored');
  expect(attemptsAtMs).toEqual([0, 100, 300, 700, 1_500, 2_500]);
});

test('gives up within the hold, so that a message is not kept for ever', async () => {
  const clock = virtualClock();
  const { attempt, attemptsAtMs } = awayUntil(Number.POSITIVE_INFINITY, clock);
  await expect(new StoreHold(policy, clock).keep(attempt, never, () => undefined)).rejects.toThrow('away');
  expect(attemptsAtMs.at(-1)).toBe(9_500);
});

test('pauses between attempts, whatever chance says', async () => {
  const clock = { ...virtualClock(), random: () => 0 };
  const { attempt, attemptsAtMs } = awayUntil(5, clock);
  const notForEver = (): Promise<string> => {
    if (attemptsAtMs.length > 10) throw new Error('asked again and again without a pause');
    return attempt();
  };
  expect(await new StoreHold(policy, clock).keep(notForEver, never, () => undefined)).toBe('stored');
  expect(attemptsAtMs).toEqual([0, 1, 2, 3, 4, 5]);
});

test('waits as long as the store asks', async () => {
  const clock = virtualClock();
  const { attempt, attemptsAtMs } = awayUntil(1, clock, 3_000);
  expect(await new StoreHold(policy, clock).keep(attempt, never, () => undefined)).toBe('stored');
  expect(attemptsAtMs).toEqual([0, 3_000]);
});

test('holds each message for the whole hold, and asks nothing before the store wants to be asked', async () => {
  const clock = virtualClock();
  const hold = new StoreHold(policy, clock);
  const { attempt, attemptsAtMs } = awayUntil(60_000, clock, 60_000);
  for (let letGo = 1; letGo <= 5; letGo++) {
    await expect(hold.keep(attempt, never, () => undefined)).rejects.toThrow('away');
    expect(clock.nowMs()).toBe(letGo * policy.holdMs);
  }
  expect(await hold.keep(attempt, never, () => undefined)).toBe('stored');
  expect(attemptsAtMs).toEqual([0, 60_000]);
});

test('a shorter wish that is heard later does not shorten the longer one', async () => {
  const clock = virtualClock();
  const hold = new StoreHold(policy, clock);
  const askedFor = (retryAfterMs: number) =>
    hold.atOnce(() => Promise.reject(new StoreAwayError('STORE_UNAVAILABLE', 'away', { retryAfterMs })));
  // Both requests were under way when the first was answered.
  await Promise.allSettled([askedFor(8_000), askedFor(1_000)]);
  const { attempt, attemptsAtMs } = awayUntil(0, clock);
  expect(await hold.keep(attempt, never, () => undefined)).toBe('stored');
  expect(attemptsAtMs).toEqual([8_000]);
});

test('what the store asked of one message counts for those that wait already', async () => {
  let nowMs = 0;
  const timers: { atMs: number; fire: () => void }[] = [];
  const clock: HoldClock = {
    nowMs: () => nowMs,
    wait: (ms) => new Promise((fire) => timers.push({ atMs: nowMs + ms, fire })),
    random: () => 1,
  };
  const hold = new StoreHold({ ...policy, holdMs: 100_000 }, clock);
  const silent = awayUntil(1_000, clock);
  const asking = awayUntil(1_000, clock, 30_000);
  const both = Promise.all([
    hold.keep(silent.attempt, never, () => undefined),
    hold.keep(asking.attempt, never, () => undefined),
  ]);
  for (let turn = 0; turn < 10; turn++) {
    await new Promise(setImmediate);
    const next = timers.sort((a, b) => a.atMs - b.atMs).shift();
    nowMs = next?.atMs ?? nowMs;
    next?.fire();
  }
  expect(await both).toEqual(['stored', 'stored']);
  expect(silent.attemptsAtMs).toEqual([0, 30_000]);
  expect(asking.attemptsAtMs).toEqual([0, 30_000]);
});

test('ends its wait when told to stop, and says what was wrong', async () => {
  const stop = new AbortController();
  const { attempt } = awayUntil(Number.POSITIVE_INFINITY, virtualClock());
  const hold = new StoreHold({ ...policy, retryFirstMs: 9_000, retryMaxMs: 9_000 });
  const held = hold.keep(attempt, stop.signal, () => stop.abort());
  await expect(held).rejects.toThrow('away');
});

test('does not repeat what no repeat can heal', async () => {
  let attempts = 0;
  const attempt = (): Promise<never> => {
    attempts++;
    return Promise.reject(new TypeError('a fault in the code'));
  };
  await expect(new StoreHold(policy, virtualClock()).keep(attempt, never, () => undefined)).rejects.toThrow('a fault');
  expect(attempts).toBe(1);
});

test('who does not wait is refused at once while the store wants no requests, and told for how long', async () => {
  const clock = virtualClock();
  const hold = new StoreHold(policy, clock);
  const { attempt, attemptsAtMs } = awayUntil(1, clock, 3_000);
  await expect(hold.atOnce(attempt)).rejects.toMatchObject({ retryAfterMs: 3_000 });
  await clock.wait(1_000, never);
  await expect(hold.atOnce(attempt)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryAfterMs: 2_000 });
  expect(await hold.keep(attempt, never, () => undefined)).toBe('stored'); // and what waits knows of it too
  expect(await hold.atOnce(attempt)).toBe('stored');
  expect(attemptsAtMs).toEqual([0, 3_000, 3_000]);
});
