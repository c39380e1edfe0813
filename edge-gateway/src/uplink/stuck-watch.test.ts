import { expect, test } from 'vitest';

import { Confirmations } from '../outbox/confirmations.ts';
import { StuckWatch } from './stuck-watch.ts';

const MINUTE_MS = 60_000;

function watchFor(options: { minutes: number; everyMinutes: number; newerConfirmed: boolean; takenAfter?: number }) {
  const confirmations = new Confirmations();
  const watch = new StuckWatch(confirmations);
  const last = 1_000;
  confirmations.add('ingest', [[1, last]], last);
  confirmations.add('reorder', [[1, 40]], last);
  const found: unknown[] = [];
  for (let minute = 0; minute <= options.minutes; minute += options.everyMinutes) {
    watch.sent(41, 43, minute * MINUTE_MS);
    if (options.newerConfirmed) confirmations.add('reorder', [[44, 50 + minute]], last);
    if (options.takenAfter !== undefined && minute >= options.takenAfter)
      confirmations.add('reorder', [[41, 43]], last);
    found.push(...watch.newlyStuck(minute * MINUTE_MS));
  }
  return found;
}

test('readings that a working consumer leaves out for an hour and twenty repeats are told of, once', () => {
  expect(watchFor({ minutes: 300, everyMinutes: 1, newerConfirmed: true })).toEqual([
    { consumer: 'reorder', from: 41, to: 43 },
  ]);
});

test('a consumer that confirms nothing at all is down, and its readings are not stuck', () => {
  expect(watchFor({ minutes: 300, everyMinutes: 1, newerConfirmed: false })).toEqual([]);
});

test('what a consumer confirmed before the readings were first sent does not show that it works', () => {
  const confirmations = new Confirmations();
  const watch = new StuckWatch(confirmations);
  confirmations.add('ingest', [[1, 1_000]], 1_000);
  confirmations.add('reorder', [[1, 40]], 1_000);
  confirmations.add('reorder', [[44, 50]], 1_000);
  for (let minute = 0; minute <= 300; minute += 1) {
    watch.sent(41, 43, minute * MINUTE_MS);
    expect(watch.newlyStuck(minute * MINUTE_MS)).toEqual([]);
  }
});

test('one reading alone, sent at the end of a batch or by itself, is watched as well', () => {
  const confirmations = new Confirmations();
  const watch = new StuckWatch(confirmations);
  confirmations.add('ingest', [[1, 1_000]], 1_000);
  confirmations.add('reorder', [[1, 40]], 1_000);
  const found: unknown[] = [];
  for (let minute = 0; minute <= 300; minute += 1) {
    watch.sent(minute % 2 === 0 ? 41 : 30, 41, minute * MINUTE_MS);
    confirmations.add('reorder', [[42, 50 + minute]], 1_000);
    found.push(...watch.newlyStuck(minute * MINUTE_MS));
  }
  expect(found).toEqual([{ consumer: 'reorder', from: 41, to: 41 }]);
});

test('neither a short time nor few repeats are enough', () => {
  // It takes more than an hour.
  expect(watchFor({ minutes: 60, everyMinutes: 1, newerConfirmed: true })).toEqual([]);
  expect(watchFor({ minutes: 61, everyMinutes: 1, newerConfirmed: true })).toHaveLength(1);
  expect(watchFor({ minutes: 59, everyMinutes: 1, newerConfirmed: true })).toEqual([]);
  expect(watchFor({ minutes: 300, everyMinutes: 20, newerConfirmed: true })).toEqual([]);
});

test('readings that are taken in the end were not stuck', () => {
  expect(watchFor({ minutes: 300, everyMinutes: 1, newerConfirmed: true, takenAfter: 50 })).toEqual([]);
});
