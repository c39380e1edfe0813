import type { Reading } from '@shelfwire/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Outbox, type OutboxEvents, type OutboxLimits } from './outbox.ts';
import { SimulatedDisk } from './simulated-disk.ts';

/** `SHELFWIRE_MODEL_RUNS=20000` is the long form. */
const RUNS = Number(process.env['SHELFWIRE_MODEL_RUNS'] ?? 300);
const OUTBOX_ID = '7f6b2f0e-5f0c-4a55-9d5c-0a3c1f2b9e11';
const LIMITS: OutboxLimits = {
  segmentBytesMax: 700, // three or four readings: every run crosses segments
  sizeBytesMax: 1e9,
  readingsMax: 1e9,
  freeDiskBytesMin: 0,
  waitingReadingsMax: 1e9,
};

type Step =
  | { do: 'append'; sizes: number[] }
  | { do: 'append-unfinished'; size: number }
  | { do: 'confirm'; ingest: number; reorder: number }
  | { do: 'tidy' }
  | { do: 'restart' }
  | { do: 'cut-power'; fates: number[] }
  | { do: 'fill-disk'; roomBytes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('append' as const),
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ do: fc.constant('append-unfinished' as const), size: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    do: fc.constant('confirm' as const),
    ingest: fc.double({ min: 0, max: 1, noNaN: true }),
    reorder: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.constant({ do: 'tidy' as const }),
  fc.constant({ do: 'restart' as const }),
  fc.record({
    do: fc.constant('cut-power' as const),
    fates: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 8, maxLength: 8 }),
  }),
  fc.record({ do: fc.constant('fill-disk' as const), roomBytes: fc.integer({ min: 0, max: 900 }) }),
);

function reading(number: number): Reading {
  return {
    kind: 'weight',
    deviceId: 'scale-01',
    receivedAtMs: 1_790_000_000_000 + number,
    clockQuality: 'gateway',
    quality: 'good',
    netGrams: number,
    stable: true,
  };
}

/** What must hold: all that was acknowledged is readable in order until all have confirmed it, under the sequence it had. */
class Model {
  disk = new SimulatedDisk();
  nextNumber = 1;
  /** Sequence → number, as seen when it was durable. Seen once means sent: it may never change. */
  readonly seen = new Map<number, number>();
  readonly acknowledged = new Set<number>();
  readonly refused = new Set<number>();
  confirmedTo = 0;
  outbox: Outbox | undefined;

  async open(): Promise<Outbox> {
    const events: OutboxEvents = { synced: () => undefined, unreadable: () => undefined, cut: () => undefined };
    this.outbox = await Outbox.open(OUTBOX_ID, this.disk, { limits: LIMITS, events });
    return this.outbox;
  }

  startAnew(): void {
    this.disk = new SimulatedDisk();
    this.seen.clear();
    this.acknowledged.clear();
    this.refused.clear();
    this.confirmedTo = 0;
  }

  take(count: number): Reading[] {
    return Array.from({ length: count }, () => reading(this.nextNumber++));
  }

  async check(outbox: Outbox): Promise<void> {
    const found: number[] = [];
    let sequence = outbox.firstSequence;
    for (;;) {
      const read = await outbox.read(sequence, { readingsMax: 3, textBytesMax: 400 });
      if (read.kind === 'end') break;
      if (read.kind === 'gap') throw new Error(`a gap up to ${read.to}`);
      for (const record of read.records) {
        expect(record.sequence).toBe(sequence);
        const { netGrams } = JSON.parse(record.text) as { netGrams: number };
        expect(this.seen.get(sequence) ?? netGrams).toBe(netGrams);
        this.seen.set(sequence, netGrams);
        found.push(netGrams);
        sequence += 1;
      }
    }
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(outbox.firstSequence).toBeLessThanOrEqual(this.confirmedTo + 1);
    const numbers = new Set(found);
    const confirmed = new Set([...this.seen].filter(([at]) => at <= this.confirmedTo).map(([, number]) => number));
    for (const number of this.acknowledged) {
      expect(numbers.has(number) || confirmed.has(number), `reading ${number} is lost`).toBe(true);
    }
    for (const number of this.refused) expect(numbers.has(number), `reading ${number} was refused`).toBe(false);
    expect(outbox.lastSequence).toBe(Math.max(0, ...this.seen.keys()));
  }
}

async function run(model: Model, steps: readonly Step[]): Promise<void> {
  let outbox = await model.open();
  for (const todo of steps) {
    switch (todo.do) {
      case 'append': {
        const groups = todo.sizes.map((size) => model.take(size));
        await Promise.all(groups.map((group) => append(model, outbox, group)));
        break;
      }
      case 'append-unfinished':
        // The power goes while this is on its way: it may be there afterwards or not.
        void append(model, outbox, model.take(todo.size));
        for (let turn = 0; turn < todo.size; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        model.disk = model.disk.cutPower(() => (todo.size * 0.137) % 1);
        outbox = await reopenAfterCrash(model);
        break;
      case 'confirm': {
        const last = outbox.lastSequence;
        const to = { ingest: Math.floor(last * todo.ingest), reorder: Math.floor(last * todo.reorder) };
        if (to.ingest > 0) outbox.confirm('ingest', [[1, to.ingest]]);
        if (to.reorder > 0) outbox.confirm('reorder', [[1, to.reorder]]);
        model.confirmedTo = Math.max(model.confirmedTo, Math.min(to.ingest, to.reorder));
        break;
      }
      case 'tidy':
        await outbox.tidy();
        break;
      case 'restart':
        await outbox.close();
        outbox = await model.open();
        break;
      case 'cut-power': {
        let at = 0;
        model.disk = model.disk.cutPower(() => todo.fates[at++ % todo.fates.length] ?? 0);
        outbox = await reopenAfterCrash(model);
        break;
      }
      case 'fill-disk': {
        const names = await model.disk.list();
        model.disk.capacityBytes = names.reduce((sum, name) => sum + model.disk.sizeOf(name), 0) + todo.roomBytes;
        await append(model, outbox, model.take(5));
        model.disk.capacityBytes = Infinity;
        break;
      }
    }
    await model.check(outbox);
  }
}

async function append(model: Model, outbox: Outbox, group: Reading[]): Promise<void> {
  const numbers = group.map((each) => (each.kind === 'weight' ? each.netGrams : 0));
  try {
    await outbox.append(group);
    for (const number of numbers) model.acknowledged.add(number);
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/OUTBOX_(FULL|CLOSED)/) });
    for (const number of numbers) model.refused.add(number);
  }
}

/** A sealed outbox goes on being sent while a new one takes the readings, as in OutboxLane. */
async function reopenAfterCrash(model: Model): Promise<Outbox> {
  const outbox = await model.open();
  if (!outbox.sealed) return outbox;
  await model.check(outbox);
  await expect(outbox.append([reading(0)])).rejects.toMatchObject({ code: 'OUTBOX_CLOSED' });
  expect((await model.open()).sealed, 'sealing is remembered').toBe(true);
  model.startAnew();
  return model.open();
}

test('an acknowledged reading survives power cuts, torn writes and full disks, in order, under its own sequence', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => run(new Model(), steps)),
    { numRuns: RUNS },
  );
}, 600_000);
