import { needs } from '@shelfwire/test-servers';

import { encodeBatches, READINGS_PER_BATCH } from './ingest/reading-source.ts';
import { startDuck, startInflux, type IngestBed } from './ingest/stores.ts';
import { UplinkLoad } from './ingest/uplink-load.ts';
import type { Row } from './row.ts';

const READINGS = Number(process.env['SHELFWIRE_BENCH_READINGS'] ?? 10_000_000);
/** `influxdb` or `duckdb`; without it, one after the other. */
const STORE = process.env['SHELFWIRE_BENCH_STORE'];
const IN_FLIGHT_BATCHES_MAX = 64;
const BATCHES_PER_ROUND = 100;

/** So many readings through broker and ingest-service into each store, and counted back exactly. */
export async function benchTenMillion(): Promise<Row[]> {
  const rows: Row[] = [];
  if (STORE !== 'duckdb' && needs('mosquitto', 'influxdb')) rows.push(...(await writeAndCount(startInflux)));
  if (STORE !== 'influxdb' && needs('mosquitto')) rows.push(...(await writeAndCount(startDuck)));
  return rows;
}

async function writeAndCount(start: () => Promise<IngestBed>): Promise<Row[]> {
  const bed = await start();
  const load = await UplinkLoad.connect(bed.broker.url);
  try {
    let seconds = 0;
    let firstTenthMb = 0;
    const batches = READINGS / READINGS_PER_BATCH;
    for (let next = 0; next < batches; next += BATCHES_PER_ROUND) {
      const encoded = encodeBatches(next, Math.min(BATCHES_PER_ROUND, batches - next)).map(({ batch }) => batch);
      seconds += await load.send(encoded, IN_FLIGHT_BATCHES_MAX);
      if (next <= batches / 10) firstTenthMb = await bed.ingest.peakMemoryMb();
    }
    const peakMb = await bed.ingest.peakMemoryMb();
    const stored = await bed.countStored();
    const id = (what: string): string => `ingest-ten-million/${what}, ${bed.name}`;
    return [
      { id: id('readings confirmed'), value: READINGS, unit: 'readings', ok: true },
      { id: id('readings counted back'), value: stored, unit: 'readings', budget: READINGS, ok: stored === READINGS },
      { id: id('rate'), value: READINGS / seconds, unit: '1/s', ok: true },
      { id: id('peak memory in the first tenth'), value: firstTenthMb, unit: 'MB', ok: true },
      { id: id('peak memory'), value: peakMb, unit: 'MB', ok: true },
    ];
  } finally {
    await load.close();
    await bed.close();
  }
}
