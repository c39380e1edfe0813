import type { Reading } from '@shelfwire/contract';
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';

import { RecentRecords } from './recent-records.ts';
import { encodeRecords } from './record-group.ts';

function level(sequence: number): Reading {
  const common = { deviceId: `größe-${sequence % 7}`, clockQuality: 'gateway', quality: 'good' } as const;
  return { kind: 'level', ...common, receivedAtMs: 1_790_000_000_000 + sequence, distanceMm: sequence };
}

function add(recent: RecentRecords, firstSequence: number, count: number): number {
  const bytes = encodeRecords(
    Array.from({ length: count }, (_, index) => level(firstSequence + index)),
    firstSequence,
  );
  recent.add(firstSequence, count, bytes);
  return bytes.length;
}

test('gives what was added, from any sequence on and in any order of asking, or nothing at all', () => {
  const groups = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
  const questions = fc.array(fc.record({ sequence: fc.integer({ min: 1, max: 110 }), readingsMax: fc.nat(20) }));
  let found = 0;
  fc.assert(
    fc.property(groups, questions, fc.integer({ min: 200, max: 5_000 }), (counts, asked, sizeBytesMax) => {
      const recent = new RecentRecords(sizeBytesMax);
      let last = 0;
      for (const count of counts) {
        add(recent, last + 1, count);
        last += count;
      }
      for (const { sequence, readingsMax } of asked) {
        const records = recent.read(sequence, { readingsMax: readingsMax + 1, textBytesMax: 1e9 });
        if (!records) continue;
        found += 1;
        expect(records.length).toBe(Math.min(readingsMax + 1, last - sequence + 1));
        for (const [index, record] of records.entries()) {
          expect(record).toEqual({
            sequence: sequence + index,
            receivedAtMs: level(sequence + index).receivedAtMs,
            text: JSON.stringify(level(sequence + index)),
          });
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(100);
});

test('keeps the newest within its bound, and forgets what is not to be sent any more', () => {
  const recent = new RecentRecords(3_000);
  for (let first = 1; first <= 91; first += 10) add(recent, first, 10);
  expect(recent.read(1, { readingsMax: 1, textBytesMax: 1 })).toBeUndefined();
  expect(recent.read(100, { readingsMax: 5, textBytesMax: 1 })).toHaveLength(1);
  recent.forgetUntil(95);
  expect(recent.read(96, { readingsMax: 5, textBytesMax: 1e9 })).toHaveLength(5);
  recent.forgetUntil(100);
  expect(recent.read(100, { readingsMax: 5, textBytesMax: 1 })).toBeUndefined();
});

test('keeps the bytes of its records and nothing else, however small they are', () => {
  const recent = new RecentRecords(1e6);
  const before = process.memoryUsage().arrayBuffers;
  let added = 0;
  const noise: Buffer[] = [];
  for (let sequence = 1; sequence <= 2_000; sequence += 1) {
    added += add(recent, sequence, 1);
    for (let each = 0; each < 200; each += 1) noise.push(Buffer.from(`what a device sent: ${sequence} ${each}`));
    noise.length = 0;
  }
  gc();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * added + 1e6);
  expect(recent.read(1, { readingsMax: 1, textBytesMax: 1 })).toHaveLength(1);
});

/** The collector of garbage, which a process may only ask for by a flag of the engine. */
function gc(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
