import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import type { TelemetryPoint } from '../../points/point.ts';
import { DuckStore } from './duckdb-store.ts';

const script = (name: string): string => fileURLToPath(new URL(`../../../../deploy/${name}`, import.meta.url));

test('a DuckDB that was copied by backup.sh comes back with every point', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-duckdb-restore-'));
  const [data, again] = [join(folder, 'data'), join(folder, 'again')];
  mkdirSync(join(data, 'ingest'), { recursive: true });
  const open = (dir: string): Promise<DuckStore> =>
    DuckStore.open({ file: join(dir, 'ingest', 'telemetry.duckdb'), memoryLimitMb: 256 });
  const tags = { tenantId: 't', siteId: 's', gatewayId: 'g', deviceId: 'd', sensorId: undefined, kind: 'weight' };
  const points = Array.from({ length: 20_000 }, (_, n): TelemetryPoint => ({
    measurement: 'reading',
    atMs: 1_000 + n,
    nanosOfMs: n,
    tags: { ...tags, quality: 'good' },
    fields: { netGrams: n, sequence: n + 1 },
  }));
  const question = { measurement: 'reading', field: 'netGrams', tags: { tenantId: 't' }, limit: 50_000 } as const;
  const store = await open(data);
  await store.write(points);
  const before = await store.series({ ...question, fromMs: 0, toMs: 1_000_000 });
  await store.close();

  const backup = execFileSync(script('backup.sh'), ['--data-dir', data, join(folder, 'backups')])
    .toString()
    .trim();
  execFileSync(script('restore.sh'), ['--data-dir', again, backup]);
  const restored = await open(again);
  const after = await restored.series({ ...question, fromMs: 0, toMs: 1_000_000 });
  await restored.close();
  await rm(folder, { recursive: true, force: true });
  expect(before).toHaveLength(20_000);
  expect(after).toEqual(before);
});
