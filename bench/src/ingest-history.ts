import { randomUUID } from 'node:crypto';

import { needs } from '@shelfwire/test-servers';

import { cpuSecondsOf } from './cpu-seconds.ts';
import { startDuck, startInflux, type IngestBed } from './ingest/stores.ts';
import { UplinkLoad } from './ingest/uplink-load.ts';
import type { Row } from './row.ts';

const OTHER_SHELVES = Number(process.env['SHELFWIRE_BENCH_SHELVES'] ?? 200);
const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;
const END_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const START_MS = END_MS - MONTH_MS;
const BUSY_EVERY_MS = 30_000;
const OTHERS_EVERY_MS = 600_000;
const READINGS_PER_BATCH = 1_000;
const BUDGET_MS = 100;
const REPEATS = 15;

const QUESTIONS: Readonly<Record<string, string>> = {
  'chart of 1,000 points': 'series?deviceId=scale-0&field=netGrams&maxPoints=1000',
  'mean of each hour': 'series?deviceId=scale-0&field=netGrams&stepMs=3600000&limit=10000',
  'mean of each quarter of an hour': 'series?deviceId=scale-0&field=netGrams&stepMs=900000&limit=10000',
  'time-weighted mean of each hour':
    'series?deviceId=scale-0&field=netGrams&stepMs=3600000&aggregate=timeWeightedMean&limit=10000',
  'three shelves in one chart':
    'series-set?series=scale-0/netGrams&series=scale-1/netGrams&series=scale-2/netGrams&maxPoints=1000',
};

/** A month of one shelf that reports every 30 s, among others that report every ten minutes, asked over HTTP. */
export async function benchHistory(): Promise<Row[]> {
  const rows: Row[] = [];
  if (needs('mosquitto', 'influxdb')) rows.push(...(await ask(startInflux)));
  if (needs('mosquitto')) rows.push(...(await ask(startDuck)));
  return rows;
}

async function ask(start: (env: Record<string, string>) => Promise<IngestBed>): Promise<Row[]> {
  // Downsampling begins at once and goes on while the month is written, as it does in a month.
  const bed = await start({ SHELFWIRE_MAINTENANCE_INTERVAL_MS: '1000' });
  const load = await UplinkLoad.connect(bed.broker.url);
  try {
    let readings = 0;
    for (const batches of inRounds(monthOfBatches())) {
      await load.send(batches, 32);
      readings += batches.length * READINGS_PER_BATCH;
    }
    await quiet(bed);
    const rows: Row[] = [{ id: `ingest-history/readings written, ${bed.name}`, value: readings, unit: '', ok: true }];
    for (const [name, question] of Object.entries(QUESTIONS)) {
      const times: number[] = [];
      const cpuBefore = await cpuSeconds(bed);
      for (let repeat = 0; repeat < REPEATS; repeat++) times.push(await timed(bed, question));
      const ms = times.sort((a, b) => a - b)[REPEATS >> 1] ?? Number.NaN;
      const id = `ingest-history/a month of a shelf: ${name}, ${bed.name}`;
      rows.push({ id, value: ms, unit: 'ms (median)', budget: BUDGET_MS, ok: ms <= BUDGET_MS });
      const cpuMs = ((await cpuSeconds(bed)) - cpuBefore) * (1_000 / REPEATS);
      rows.push({ id: `${id}, of CPU`, value: cpuMs, unit: 'ms', ok: true });
    }
    return rows;
  } finally {
    await load.close();
    await bed.close();
  }
}

/** Of the service and its database: unlike the time on the clock, other work on the machine hardly changes it. */
async function cpuSeconds(bed: IngestBed): Promise<number> {
  const pid = bed.database?.pid;
  return (await bed.ingest.cpuSeconds()) + (pid === undefined ? 0 : await cpuSecondsOf(pid));
}

async function timed(bed: IngestBed, question: string): Promise<number> {
  const [path, query] = question.split('?');
  const startedAtMs = performance.now();
  const points = await bed.ingest.history(`${path}?siteId=bench&fromMs=${START_MS}&toMs=${END_MS}&${query}`);
  const ms = performance.now() - startedAtMs;
  if (points < 300) throw new Error(`${question}: only ${points} points`);
  return ms;
}

/** Until the service has nothing more to downsample: its CPU time stands still. */
async function quiet(bed: IngestBed): Promise<void> {
  const endsAtMs = performance.now() + 600_000;
  for (let usedBefore = -1; performance.now() < endsAtMs;) {
    const used = await bed.ingest.cpuSeconds();
    if (used - usedBefore < 0.3) return;
    usedBefore = used;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  }
}

function* inRounds(batches: Iterable<Buffer>): Generator<Buffer[]> {
  let round: Buffer[] = [];
  for (const batch of batches) {
    round.push(batch);
    if (round.length === 100) {
      yield round;
      round = [];
    }
  }
  yield round;
}

function* monthOfBatches(): Generator<Buffer> {
  const outboxId = randomUUID();
  let readings: object[] = [];
  let sequence = 1;
  for (let atMs = START_MS; atMs < END_MS; atMs += BUSY_EVERY_MS) {
    readings.push(reading(0, atMs));
    if (atMs % OTHERS_EVERY_MS === 0) {
      for (let shelf = 1; shelf <= OTHER_SHELVES; shelf++) readings.push(reading(shelf, atMs + shelf));
    }
    while (readings.length >= READINGS_PER_BATCH) {
      const taken = readings.slice(0, READINGS_PER_BATCH);
      readings = readings.slice(READINGS_PER_BATCH);
      const envelope = { schema: 'readings/1', gatewayId: 'bench', outboxId, firstSequence: sequence, sentAtMs: atMs };
      yield Buffer.from(JSON.stringify({ ...envelope, readings: taken }));
      sequence += READINGS_PER_BATCH;
    }
  }
}

/** A level that falls and is filled up again, with noise. */
function reading(shelf: number, atMs: number): object {
  const netGrams = 12_000 - ((atMs / 60_000) % 11_000) + ((atMs / 1_000) % 7) + shelf;
  const common = { kind: 'weight', clockQuality: 'gateway', quality: 'good', stable: true };
  return { ...common, deviceId: `scale-${shelf}`, receivedAtMs: atMs, netGrams };
}
