import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SmallDisk } from '@shelfwire/test-servers';
import { afterAll, describe, expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import { describeHistory } from '../../history/history.conformance.ts';
import { describeTelemetryStore, type StoreUnderTest } from '../telemetry-store.conformance.ts';
import { DuckStore } from './duckdb-store.ts';

async function placeOnDisk(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-duckdb-'));
  return {
    open: () => DuckStore.open({ file: join(folder, 'telemetry.duckdb'), memoryLimitMb: 256 }),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
}

describeTelemetryStore('DuckDB', placeOnDisk);
describe('the history from DuckDB', () => {
  describeHistory('DuckDB', placeOnDisk);
});

function weight(atMs: number, netGrams: number): TelemetryPoint {
  const tags = { tenantId: 't', siteId: 's', gatewayId: 'g', deviceId: 'd', sensorId: undefined, kind: 'weight' };
  return {
    measurement: 'reading',
    atMs,
    nanosOfMs: 0,
    tags: { ...tags, quality: 'good' },
    fields: { netGrams, sequence: 1 },
  };
}

test.each([
  ['in the middle of its rows', [weight(1_000, 1), weight(Number.MAX_SAFE_INTEGER, 2)]],
  ['for want of memory', Array.from({ length: 50_000 }, (_, at) => ({ ...weight(at, 1), nanosOfMs: at }))],
])('a write that fails %s leaves nothing behind, and the next one succeeds', async (why, points) => {
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-duckdb-'));
  const store = await DuckStore.open({
    file: join(folder, 'telemetry.duckdb'),
    memoryLimitMb: why.includes('memory') ? 12 : 256,
  });
  try {
    for (let repeat = 0; repeat < 2; repeat++) {
      await expect(store.write(points)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    }
    const good = weight(2_000, 3);
    await store.write([good]);
    await store.write([good]);
    const question = { measurement: 'reading', field: 'netGrams', tags: { tenantId: 't' }, limit: 10 } as const;
    expect(await store.series({ ...question, fromMs: 0, toMs: 10_000 })).toEqual([[2_000, 3]]);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});

const disk = SmallDisk.mount(20);
describe.runIf(disk !== undefined)('on a disk that runs full', () => {
  const BATCH = 10_000;
  /** Hardly compressible, so that the disk fills soon. */
  const noise = (from: number, count: number): TelemetryPoint[] =>
    Array.from({ length: count }, (_, index) => {
      const point = weight(from + index, Math.random());
      return { ...point, fields: { ...point.fields, epcHex: Math.random().toString(36) + Math.random().toString(36) } };
    });

  test.each(['while it writes its log', 'while it makes a checkpoint, which DuckDB calls fatal'])(
    '%s: what was answered is there, and with room again it goes on by itself',
    { timeout: 120_000 },
    async (when) => {
      const file = join(disk?.folder ?? '', `${when.slice(6, 16).replaceAll(' ', '-')}.duckdb`);
      const open = () => DuckStore.open({ file, memoryLimitMb: 256 });
      let store = await open();
      const failures: unknown[] = [];
      let written = 0;
      const write = async (): Promise<void> => {
        const stored = await store.write(noise(written, BATCH)).catch((error: unknown) => {
          failures.push(error);
        });
        if (stored) written += BATCH;
      };
      await write();
      if (when.includes('log')) disk?.fill();
      while (failures.length < 3) await write();
      const why = when.includes('log') ? /commit.*No space left/ : /checkpoint.*No space left/;
      expect(failures[0]).toMatchObject({ code: 'STORE_DISK_FULL', message: expect.stringMatching(why) });
      disk?.free();
      if (!when.includes('log')) disk?.resize(200);
      const failed = failures.length;
      await write();
      expect(failures.length).toBe(failed);
      const question = { measurement: 'reading', field: 'sequence', tags: { tenantId: 't' }, fromMs: 0 } as const;
      const count = async () => (await store.series({ ...question, toMs: 1e9, limit: 1e6 })).length;
      expect(await count()).toBe(written);
      await store.close();
      store = await open();
      expect(await count()).toBe(written);
      await store.close();
    },
  );

  afterAll(() => disk?.unmount());
});
