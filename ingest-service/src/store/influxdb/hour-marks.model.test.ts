import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import { HOUR_MS } from '../hours/split-range.ts';
import { HourMarks } from './hour-marks.ts';

const HOURS = 3;
const FAR_MS = 100 * HOUR_MS;

function readingIn(hour: number): TelemetryPoint {
  return { measurement: 'reading', atMs: hour * HOUR_MS + 5, nanosOfMs: 0, tags: {}, fields: { netGrams: 1 } };
}

/** What a database keeps: the readings of each hour, how many its value counts, and the marks of one instance. */
class ModelDatabase {
  readonly readings = Array.from({ length: HOURS }, () => new Set<number>());
  readonly counted = Array<number>(HOURS).fill(0);
  readonly marks = new Map<number, { mark: number | null; done: number | null }>();

  write(lines: readonly string[]): void {
    for (const line of lines) {
      const found = / ((?:(?:mark|done)=\d+i,?)+) (\d+)000000$/.exec(line);
      if (!found) throw new Error(line);
      const hourMs = Number(found[2]);
      const row = this.marks.get(hourMs) ?? { mark: null, done: null };
      const fields = (found[1] ?? '').split(',').map((field) => field.split('='));
      const written = fields.map(([name, number]) => [name, Number.parseInt(number ?? '', 10)]);
      this.marks.set(hourMs, { ...row, ...Object.fromEntries(written) });
    }
  }

  answer() {
    const values = [...this.marks].map(([hourMs, { mark, done }]) => [hourMs, mark, done]);
    return [{ tags: { instance: 'i' }, values }];
  }
}

type Fate = 'stored' | 'lost on the way' | 'stored, but the answer is lost';
const fates: fc.Arbitrary<Fate> = fc.constantFrom('stored', 'lost on the way', 'stored, but the answer is lost');
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), hour: fc.nat(HOURS - 1), fate: fates }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('downsample' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
);

test('after any interleaving of writes, upkeep and crashes, the next upkeep counts every stored reading', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(steps, { maxLength: 30 }), async (scheduler, script) => {
      const database = new ModelDatabase();
      const life = { marks: new HourMarks('i', () => 0), number: 0 };
      const aMoment = (): Promise<void> => scheduler.schedule(Promise.resolve());

      // As a gateway: again until it is confirmed, which a process that was killed meanwhile does not do.
      const send = async (id: number, hour: number, fate: Fate): Promise<void> => {
        const { marks, number } = life;
        const covered = marks.cover([readingIn(hour)]);
        await aMoment();
        if (fate !== 'lost on the way') {
          database.readings[hour]?.add(id);
          database.write(covered.lines);
        }
        await aMoment();
        covered.settle(fate === 'stored' ? 'stored' : 'failed');
        if (fate !== 'stored' || life.number !== number) await send(id, hour, 'stored');
      };
      const downsample = async (): Promise<void> => {
        const { marks, number } = life;
        for (const hourMs of marks.due(FAR_MS)) {
          const again = marks.coverAgain(hourMs);
          await aMoment();
          database.write(again.lines);
          await aMoment();
          again.settle('stored');
          const mark = await marks.take(hourMs);
          await aMoment();
          const hour = hourMs / HOUR_MS;
          const count = database.readings[hour]?.size ?? 0;
          await aMoment();
          if (life.number !== number) return;
          database.counted[hour] = count;
          const done = marks.doneLine(hourMs, mark);
          await aMoment();
          database.write([done]);
          await aMoment();
        }
      };
      const start = (): void => {
        life.marks = new HourMarks('i', () => 0);
        life.number++;
        life.marks.recall(database.answer());
      };
      let upkeep = Promise.resolve();
      const running = script.map(async (step, id) => {
        await aMoment();
        if (step.do === 'write') await send(id, step.hour, step.fate);
        else if (step.do === 'crash') start();
        else await (upkeep = upkeep.then(downsample));
      });
      await scheduler.waitFor(Promise.all(running));
      start();
      const last = downsample();
      await scheduler.waitFor(last);
      expect(database.counted).toEqual(database.readings.map(({ size }) => size));
    }),
    { numRuns: 300 },
  );
});

/** One hour, one reading a write; the requests land in the database in the order that each test says. */
function oneHour() {
  const database = new ModelDatabase();
  const start = (): HourMarks => {
    const marks = new HourMarks('i', () => 0);
    marks.recall(database.answer());
    return marks;
  };
  const compute = async (marks: HourMarks): Promise<void> => {
    const again = marks.coverAgain(0);
    database.write(again.lines);
    again.settle('stored');
    database.write([marks.doneLine(0, await marks.take(0))]);
  };
  return { database, start, compute, waits: () => start().due(FAR_MS).length === 1 };
}

test('an hour that was called done while its mark was lost on the way waits again for the next reading', async () => {
  const { database, start, waits } = oneHour();
  const first = start();
  first.cover([readingIn(0)]).settle('failed');
  database.write([first.doneLine(0, await first.take(0))]);
  database.write(start().cover([readingIn(0)]).lines);
  expect(waits()).toBe(true);
});

test('a mark that arrives after a younger one does not hide it', async () => {
  const { database, start, waits } = oneHour();
  const marks = start();
  const slow = marks.cover([readingIn(0)]);
  const taken = marks.take(0);
  const younger = marks.cover([readingIn(0)]);
  database.write(younger.lines);
  database.write(slow.lines);
  for (const each of [younger, slow]) each.settle('stored');
  database.write([marks.doneLine(0, await taken)]);
  expect(waits()).toBe(true);
});

test('a reading of a killed process that arrives after the hour was computed is counted', async () => {
  const { database, start, compute, waits } = oneHour();
  const killed = start();
  database.write(killed.cover([readingIn(0)]).lines);
  const late = killed.cover([readingIn(0)]);
  await compute(start());
  expect(waits()).toBe(false);
  database.write(late.lines);
  expect(waits()).toBe(true);
});
