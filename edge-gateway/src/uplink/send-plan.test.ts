import { REQUIRED_CONSUMERS, type Consumer } from '@shelfwire/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Confirmations } from '../outbox/confirmations.ts';
import { AgeMarks } from './age-marks.ts';
import { SendPlan } from './send-plan.ts';

const SETTINGS = {
  windowReadings: 100,
  backlogWindowReadings: 50,
  resendAfterMs: 1_000,
  resendAfterMsMax: 8_000,
  random: () => 0.5,
};

class Site {
  readonly confirmations = new Confirmations();
  readonly plan = new SendPlan(this.confirmations, SETTINGS);
  nowMs = 0;
  last = 0;
  readonly sent: [from: number, to: number][] = [];

  confirm(consumer: Consumer, from: number, to: number): void {
    if (this.confirmations.add(consumer, [[from, to]], this.last) > 0) this.plan.confirmed(consumer, this.nowMs);
  }

  /** One turn of the uplink. @returns what went out */
  turn(batchMax = 10): [number, number][] {
    const before = this.sent.length;
    this.plan.expire(this.nowMs);
    const live = this.plan.nextLive();
    const liveTo = Math.min(this.last, live.from + Math.min(batchMax, live.readingsMax) - 1);
    if (liveTo >= live.from) {
      this.plan.sentLive(live.from, liveTo, this.nowMs);
      this.sent.push([live.from, liveTo]);
    }
    const backlog = this.plan.nextBacklog(this.nowMs);
    if (backlog) {
      const to = Math.min(backlog[1], backlog[0] + batchMax - 1);
      this.plan.sentBacklog(backlog[0], to, this.nowMs);
      this.sent.push([backlog[0], to]);
    }
    return this.sent.slice(before);
  }
}

test('after a long outage live readings go out at once and history beside them, oldest first', () => {
  const site = new Site();
  site.last = 1_000;
  site.plan.restart(991);
  expect(site.turn()).toEqual([
    [991, 1_000],
    [1, 10],
  ]);
  site.last = 1_003;
  expect(site.turn()).toEqual([
    [1_001, 1_003],
    [11, 20],
  ]);
});

test('goes on behind sequences that hold nothing, be it a single one', () => {
  const site = new Site();
  site.last = 10;
  site.plan.restart(3);
  site.plan.skip(3);
  expect(site.plan.nextLive().from).toBe(4);
  site.plan.skip(2);
  expect(site.plan.nextLive().from).toBe(4);
});

test('stops at the window until a consumer that works has confirmed', () => {
  const site = new Site();
  site.last = 1_000;
  site.plan.restart(1);
  for (let turn = 0; turn < 20; turn += 1) site.turn();
  expect(site.sent.at(-1)).toEqual([91, 100]);
  for (const consumer of REQUIRED_CONSUMERS) site.confirm(consumer, 1, 10);
  expect(site.turn()).toEqual([[101, 110]]);
});

test('a consumer that is away does not hold the other up, and is asked again less and less often', () => {
  const site = new Site();
  site.plan.restart(1);
  let resent = 0;
  for (; site.nowMs < 60_000; site.nowMs += 100) {
    site.last += 5;
    for (const [from, to] of site.turn()) {
      site.confirm('ingest', from, to);
      if (to < site.last - 5) resent += 1;
    }
  }
  expect(site.confirmations.of('ingest').covers(1, site.last)).toBe(true);
  expect(resent).toBeLessThan(20);
  // It is back: one confirmation is enough to send it everything it missed.
  site.confirm('reorder', 1, 5);
  for (let turn = 0; turn < 1_000 && !site.confirmations.coveredByAll(1, site.last); turn += 1) {
    site.nowMs += 10;
    for (const [from, to] of site.turn()) for (const consumer of REQUIRED_CONSUMERS) site.confirm(consumer, from, to);
  }
  expect(site.confirmations.coveredByAll(1, site.last)).toBe(true);
});

test('a consumer that works goes on though a batch to both was lost while the other is away', () => {
  const site = new Site();
  site.last = 5;
  site.turn();
  site.confirm('reorder', 1, 5); // on its way to ingest it was lost
  site.last = 6;
  site.turn();
  for (const consumer of REQUIRED_CONSUMERS) site.confirm(consumer, 6, 6);
  site.last = 7; // lost on its way to both, and ingest is away from here on
  site.turn();
  for (site.nowMs = 1_000; site.nowMs <= 3_000; site.nowMs += 500) {
    for (const [from, to] of site.turn()) site.confirm('reorder', from, to);
    site.last += 1;
  }
  expect(site.confirmations.of('reorder').missingWithin(1, 7)).toEqual([]);
  const live = site.turn();
  expect(live.at(0)?.[1], 'what is new goes out at once').toBe(site.last);
});

test('a consumer that is slow is sent nothing twice, however long its queue has become, and does not hold the other up', () => {
  const site = new Site();
  site.plan.restart(1);
  const queue: [number, number][] = [];
  for (; site.nowMs < 60_000; site.nowMs += 100) {
    site.last += 5;
    for (const range of site.turn()) {
      site.confirm('ingest', ...range);
      queue.push(range);
    }
    // It takes one batch while three come.
    const next = site.nowMs % 300 === 0 ? queue.shift() : undefined;
    if (next) site.confirm('reorder', ...next);
  }
  expect(queue.length).toBeGreaterThan(300);
  expect(site.confirmations.of('ingest').covers(1, site.last)).toBe(true);
  expect(site.sent.reduce((sum, [from, to]) => sum + to - from + 1, 0)).toBe(site.last);
  for (const range of queue) site.confirm('reorder', ...range);
  expect(site.turn()).toEqual([]);
});

test('one batch that is lost is sent again when what was sent later is confirmed', () => {
  const site = new Site();
  site.plan.restart(1);
  for (; site.nowMs < 5_000; site.nowMs += 100) {
    site.last += 1;
    for (const [from, to] of site.turn()) {
      const isLost = from === 3 && site.nowMs < 1_000;
      for (const consumer of REQUIRED_CONSUMERS) if (!isLost) site.confirm(consumer, from, to);
    }
  }
  expect(site.sent.filter(([from]) => from === 3)).toHaveLength(2);
  expect(site.confirmations.coveredByAll(1, site.last)).toBe(true);
});

test('whatever is lost on the way, everything is confirmed in the end', () => {
  const fate = fc.constantFrom('all', 'ingest', 'reorder', 'none', 'reconnect');
  fc.assert(
    fc.property(fc.array(fate, { maxLength: 300 }), fc.integer({ min: 1, max: 400 }), (fates, count) => {
      const site = new Site();
      site.last = count;
      site.plan.restart(Math.ceil(count / 2));
      for (const what of fates) {
        site.nowMs += 100;
        if (what === 'reconnect')
          site.plan.restart(Math.max(Math.ceil(count / 2), site.confirmations.byAll().firstMissing(1)));
        for (const [from, to] of site.turn()) {
          if (what === 'all' || what === 'ingest') site.confirm('ingest', from, to);
          if (what === 'all' || what === 'reorder') site.confirm('reorder', from, to);
        }
      }
      for (let turn = 0; turn < 500 && !site.confirmations.coveredByAll(1, count); turn += 1) {
        site.nowMs += 500;
        for (const [from, to] of site.turn())
          for (const consumer of REQUIRED_CONSUMERS) site.confirm(consumer, from, to);
      }
      expect(site.confirmations.coveredByAll(1, count)).toBe(true);
    }),
  );
});

test('ages follow the steady clock, so that a step of the wall clock makes no history of live readings', () => {
  const marks = new AgeMarks(600_000, 41);
  expect(marks.firstYoung(0)).toBe(41);
  for (let steadyMs = 0; steadyMs <= 1_200_000; steadyMs += 1_000) marks.note(steadyMs, 40 + steadyMs / 1_000);
  expect(marks.firstYoung(1_200_000)).toBe(40 + 600 + 1);
  expect(marks.firstYoung(1_700_000)).toBe(40 + 1_100 + 1);
});
