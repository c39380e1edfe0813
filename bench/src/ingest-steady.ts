import { needs } from '@shelfwire/test-servers';

import { PacedLoad } from './ingest/paced-load.ts';
import { startDuck, startInflux, type IngestBed } from './ingest/stores.ts';
import type { Row } from './row.ts';

const MINUTES = Number(process.env['SHELFWIRE_BENCH_MINUTES'] ?? 3);
const OUTAGE_SECONDS = Number(process.env['SHELFWIRE_BENCH_OUTAGE_SECONDS'] ?? 600);
const MILLION_A_MINUTE = 1_000_000 / 60;
/** Of fifty sites, say: what is offered before, during and after the outage. */
const OUTAGE_READINGS_PER_SECOND = 2_000;
const DRAIN_SECONDS_MAX = 1_800;
/** Until then memory grows to what the load needs. */
const WARM_UP_SECONDS = 30;

/** A million readings a minute, for minutes: does the service keep up, and in how much memory? */
export async function benchMillionAMinute(): Promise<Row[]> {
  const rows: Row[] = [];
  const store = process.env['SHELFWIRE_BENCH_STORE'];
  if (store !== 'duckdb' && needs('mosquitto', 'influxdb')) rows.push(...(await keepUp(startInflux)));
  if (store !== 'influxdb' && needs('mosquitto')) rows.push(...(await keepUp(startDuck)));
  return rows;
}

async function keepUp(start: () => Promise<IngestBed>): Promise<Row[]> {
  const bed = await start();
  const load = await PacedLoad.start(bed.broker.url, {
    readingsPerSecond: MILLION_A_MINUTE,
    inFlightMax: 64,
    resendAfterMs: 30_000,
  });
  try {
    let mostBehind = 0;
    const memory: [second: number, mb: number][] = [];
    const look = async (second: number): Promise<void> => {
      await seconds(1);
      mostBehind = Math.max(mostBehind, load.offeredReadings - load.confirmedReadings);
      if (second >= WARM_UP_SECONDS) memory.push([second, await bed.ingest.memoryMb()]);
    };
    let second = 0;
    for (; second < MINUTES * 60; second++) await look(second);
    load.stopOffering();
    // A machine that cannot keep up goes on at its own pace: memory is looked at all the while.
    for (; load.confirmedReadings < load.offeredReadings; second++) await look(second);
    const missing = load.offeredReadings - (await bed.countStored());
    const id = (what: string): string => `ingest-million-a-minute/${what}, ${bed.name}`;
    return [
      { id: id(`${MINUTES} minutes, most readings behind`), value: mostBehind, unit: 'readings', ok: true },
      { id: id('offered and confirmed in'), value: second, unit: 's', ok: true },
      { id: id('memory, mean after the first half minute'), value: mean(memory), unit: 'MB', ok: true },
      { id: id('memory, slope after the first half minute'), value: slope(memory) * 60, unit: 'MB/min', ok: true },
      { id: id('peak memory'), value: await bed.ingest.peakMemoryMb(), unit: 'MB', ok: true },
      { id: id('missing or double'), value: missing, unit: 'readings', budget: 0, ok: missing === 0 },
    ];
  } finally {
    await load.close();
    await bed.close();
  }
}

function mean(points: readonly (readonly [number, number])[]): number {
  return points.reduce((sum, [, value]) => sum + value, 0) / points.length;
}

/** Of the straight line that fits best. */
function slope(points: readonly (readonly [number, number])[]): number {
  const middle = points.reduce((sum, [at]) => sum + at, 0) / points.length;
  const level = mean(points);
  const rise = points.reduce((sum, [at, value]) => sum + (at - middle) * (value - level), 0);
  return rise / points.reduce((sum, [at]) => sum + (at - middle) ** 2, 0);
}

/** InfluxDB killed under load and gone for minutes: how soon is everything stored, and did memory stay bounded? */
export async function benchOutage(): Promise<Row[]> {
  if (!needs('mosquitto', 'influxdb')) return [];
  const bed = await startInflux();
  const pace = { readingsPerSecond: OUTAGE_READINGS_PER_SECOND, inFlightMax: 64, resendAfterMs: 10_000 };
  const load = await PacedLoad.start(bed.broker.url, pace);
  try {
    await seconds(15);
    const beforeMb = await bed.ingest.memoryMb();
    await bed.database?.stop('SIGKILL');
    const confirmedAtKill = load.confirmedReadings;
    await seconds(OUTAGE_SECONDS);
    const [awayMb, peakAwayMb] = [await bed.ingest.memoryMb(), await bed.ingest.peakMemoryMb()];
    await bed.database?.restart();
    const backAtMs = performance.now();
    const backlog = load.offeredReadings - load.confirmedReadings;
    const confirmedAtReturn = load.confirmedReadings;
    while (load.confirmedReadings === confirmedAtReturn) await seconds(0.05);
    const firstSeconds = (performance.now() - backAtMs) / 1_000;
    // Caught up when no more is behind than one second's readings: what is always on its way.
    await caughtUp(load);
    const caughtUpSeconds = (performance.now() - backAtMs) / 1_000;
    load.stopOffering();
    await drained(load);
    const missing = load.offeredReadings - (await bed.countStored());
    const id = (what: string): string => `ingest-outage/${what}`;
    return [
      { id: id(`backlog after ${OUTAGE_SECONDS} s without InfluxDB`), value: backlog, unit: 'readings', ok: true },
      { id: id('confirmed while away'), value: confirmedAtReturn - confirmedAtKill, unit: 'readings', ok: true },
      { id: id('first confirmation after its return'), value: firstSeconds, unit: 's', ok: true },
      { id: id('caught up after its return'), value: caughtUpSeconds, unit: 's', ok: true },
      { id: id('missing or double'), value: missing, unit: 'readings', budget: 0, ok: missing === 0 },
      { id: id('memory before'), value: beforeMb, unit: 'MB', ok: true },
      { id: id('memory at the end of the outage'), value: awayMb, unit: 'MB', ok: true },
      { id: id('peak memory until the end of the outage'), value: peakAwayMb, unit: 'MB', ok: true },
      { id: id('peak memory'), value: await bed.ingest.peakMemoryMb(), unit: 'MB', ok: true },
    ];
  } finally {
    await load.close();
    await bed.close();
  }
}

async function caughtUp(load: PacedLoad): Promise<void> {
  await until(() => load.offeredReadings - load.confirmedReadings <= OUTAGE_READINGS_PER_SECOND);
}

async function drained(load: PacedLoad): Promise<void> {
  await until(() => load.confirmedReadings >= load.offeredReadings);
}

async function until(isSo: () => boolean): Promise<void> {
  const endsAtMs = performance.now() + DRAIN_SECONDS_MAX * 1_000;
  while (!isSo()) {
    if (performance.now() > endsAtMs) throw new Error(`not caught up within ${DRAIN_SECONDS_MAX} s`);
    await seconds(0.1);
  }
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1_000));
}
