import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { toldToDisk } from '@shelfwire/test-servers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { DiskQueue, QueueFullError } from './disk-queue.ts';

const LARGE = 10_000_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shelfwire-queue-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function contents(queue: DiskQueue): unknown[] {
  return Array.from({ length: queue.length }, (_, index) => queue.at(queue.first + index));
}

/** A disk that takes three bytes of each write, and after `writesMax` of them has no room left. */
async function writesInParts(work: () => Promise<void>, writesMax = Infinity): Promise<void> {
  const probe = await open(folder);
  const prototype = Object.getPrototypeOf(probe) as Pick<FileHandle, 'write'>;
  await probe.close();
  const real = prototype.write as (...given: unknown[]) => Promise<unknown>;
  let writes = 0;
  const inParts = async function (this: FileHandle, bytes: Buffer, from: number, length: number, position: number) {
    writes += 1;
    if (writes > writesMax) throw new Error('ENOSPC: no space left on device');
    return real.call(this, bytes, from, Math.min(3, length), position);
  };
  Object.assign(prototype, { write: inParts });
  try {
    await work();
  } finally {
    Object.assign(prototype, { write: real });
  }
}

describe('the queue on disk', () => {
  test('gives back in order what it was given, over a restart', async () => {
    const queue = DiskQueue.open(folder, LARGE);
    await Promise.all([queue.append({ value: 1 }), queue.append({ value: 2 })]);
    await queue.append({ value: 3 });
    queue.removeThrough(queue.first);
    await queue.close();
    expect(contents(DiskQueue.open(folder, LARGE))).toEqual([{ value: 2 }, { value: 3 }]);
  });

  test('a crash loses nothing that was promised, and leaves no half entry', async () => {
    const queue = DiskQueue.open(folder, LARGE);
    await queue.append('kept');
    const [segment = ''] = readdirSync(folder);
    await queue.close();
    appendFileSync(join(folder, segment), '"half an ent');
    const after = DiskQueue.open(folder, LARGE);
    expect(contents(after)).toEqual(['kept']);
    await after.append('next');
    await after.close();
    expect(contents(DiskQueue.open(folder, LARGE))).toEqual(['kept', 'next']);
  });

  test('what the disk takes in parts is there as a whole; what it refuses is refused, and leaves nothing', async () => {
    const queue = DiskQueue.open(folder, LARGE);
    await queue.append('first');
    await writesInParts(async () => queue.append('in parts'));
    await expect(writesInParts(async () => queue.append('refused'), 2)).rejects.toThrow('ENOSPC');
    await queue.append('last');
    expect(contents(queue)).toEqual(['first', 'in parts', 'last']);
    await queue.close();
    expect(contents(DiskQueue.open(folder, LARGE))).toEqual(['first', 'in parts', 'last']);
  });

  test('of entries that were refused together nothing stays, nor is it taken for one after a restart', async () => {
    const queue = DiskQueue.open(folder, LARGE);
    // The first goes by itself, the others together: of these, one and a half are written when the disk is full.
    const outcomes: PromiseSettledResult<void>[] = [];
    await writesInParts(async () => {
      outcomes.push(...(await Promise.allSettled(['x', 'y1', 'z'].map((entry) => queue.append(entry)))));
    }, 4);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(contents(DiskQueue.open(folder, LARGE))).toEqual(['x']);
    await queue.append('k');
    await queue.close();
    expect(contents(DiskQueue.open(folder, LARGE))).toEqual(['x', 'k']);
  });

  test('an entry is on the disk before it counts as kept, and so is the name of its file', async () => {
    const queue = DiskQueue.open(folder, LARGE);
    let files: string[] = [];
    const steps = await toldToDisk(async () => {
      await queue.append('kept');
      files = readdirSync(folder);
    });
    expect(steps).toEqual(['sync folder', 'write file', 'sync file']);
    expect(files).toHaveLength(1);
    await queue.close();
  });

  test('refuses what does not fit, and takes again when something has left', async () => {
    const queue = DiskQueue.open(folder, 30);
    await queue.append('a'.repeat(20));
    await expect(queue.append('b'.repeat(20))).rejects.toThrow(QueueFullError);
    queue.removeThrough(queue.first);
    await queue.append('c'.repeat(20));
    expect(contents(queue)).toEqual(['c'.repeat(20)]);
    await queue.close();
  });

  test('keeps a file until the last of its entries has left', async () => {
    const queue = DiskQueue.open(folder, LARGE);
    const large = (number: number): string => String(number).repeat(300_000);
    for (let number = 1; number <= 5; number += 1) await queue.append(large(number));
    expect(readdirSync(folder)).toHaveLength(2); // four in the first, the fifth in the next
    queue.removeThrough(3);
    await queue.close();
    expect(contents(DiskQueue.open(folder, LARGE))).toEqual([large(4), large(5)]);
  });

  test('deletes the files whose entries have all left', async () => {
    const queue = DiskQueue.open(folder, LARGE);
    const large = 'x'.repeat(300_000);
    for (let number = 1; number <= 12; number += 1) await queue.append(large);
    expect(readdirSync(folder).length).toBeGreaterThan(2);
    queue.removeThrough(12);
    await queue.close();
    expect(readdirSync(folder).filter((name) => name.endsWith('.ndjson')).length).toBeLessThanOrEqual(1);
    expect(DiskQueue.open(folder, LARGE).first).toBe(13);
  });

  test('behaves as a list does, with crashes at any time (but may give removed entries again)', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), value: fc.json({ maxDepth: 1 }) }),
      fc.record({ kind: fc.constant('remove' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constantFrom('restart' as const, 'crash' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const home = mkdtempSync(join(tmpdir(), 'shelfwire-queue-'));
        let queue = DiskQueue.open(home, LARGE);
        const crashed: DiskQueue[] = [];
        const given: string[] = [];
        let removed = 0;
        for (const one of steps) {
          if (one.kind === 'append') {
            await queue.append(one.value);
            given.push(one.value);
          } else if (one.kind === 'remove') {
            queue.removeThrough(queue.first + one.count - 1);
            removed = queue.first - 1;
          } else {
            if (one.kind === 'restart') await queue.close();
            else crashed.push(queue);
            queue = DiskQueue.open(home, LARGE);
            expect(queue.first - 1).toBeLessThanOrEqual(removed);
            if (one.kind === 'restart') expect(queue.first - 1).toBe(removed);
            removed = queue.first - 1;
          }
          expect(contents(queue)).toEqual(given.slice(removed));
        }
        for (const open of [queue, ...crashed]) await open.close();
        rmSync(home, { recursive: true, force: true });
      }),
      { numRuns: 60 },
    );
  });
});
