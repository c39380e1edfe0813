import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import { describeTelemetryStore } from '../telemetry-store.conformance.ts';
import { DuckStore } from './duckdb-store.ts';

describeTelemetryStore('DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-duckdb-'));
  return {
    open: () => DuckStore.open({ file: join(folder, 'telemetry.duckdb'), memoryLimitMb: 256 }),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
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
