import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeTelemetryStore } from '../telemetry-store.conformance.ts';
import { DuckStore } from './duckdb-store.ts';

describeTelemetryStore('DuckDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-duckdb-'));
  return {
    open: () => DuckStore.open({ file: join(folder, 'telemetry.duckdb'), memoryLimitMb: 256 }),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  };
});
