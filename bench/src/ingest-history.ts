import { randomUUID } from 'node:crypto';

import { influx2Program, needs } from '@shelfwire/test-servers';

import { cpuSecondsOf } from './cpu-seconds.ts';
import { startDuck, startInflux, startInflux2, type IngestBed } from './ingest/stores.ts';
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
const REPEATS = 30;

const QUESTIONS: Readonly<Record<string, string>> = {
  'chart of 1,000 points': 'series?deviceId=scale-0&field=netGrams&maxPoints=1000',
  'mean of each hour': 'series?deviceId=scale-0&field=netGrams&stepMs=3600000&limit=10000',
  'mean of each quarter of an hour': 'series?deviceId=scale-0&field=netGrams&stepMs=900000&limit=10000',
  'time-weighted mean of each hour':
    'series?deviceId=scale-0&field=netGrams&stepMs=3600000&aggregate=timeWeightedMean&limit=10000',
  'time-weighted mean of each quarter of an hour':
    'series?deviceId=scale-0&field=netGrams&stepMs=900000&aggregate=timeWeightedMean&limit=10000',
  'three shelves in one chart':
    'series-set?series=scale-0/netGrams&series=scale-1/netGrams&series=scale-2/netGrams&maxPoints=1000',
};

/** A month of one shelf that reports every 30 s, among others that report every ten minutes, asked over HTTP. */
export async function benchHistory(): Promise<Row[]> {
  const rows: Row[] = [];
  if (needs('mosquitto', 'influxdb')) rows.push(...(await ask(startInflux)));
  if (needs('mosquitto') && influx2Program() !== undefined) rows.push(...(await ask(startInflux2)));
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
    const raw = bed.database ? await measured(bed, () => askRaw(bed)) : undefined;
    const rows: Row[] = [{ id: `ingest-history/readings written, ${bed.name}`, value: readings, unit: '', ok: true }];
    const rawId = `ingest-history/a month of a shelf: every reading, asked of the database itself, ${bed.name}`;
    if (raw) rows.push(...rowsOf(rawId, raw, undefined));
    for (const [name, question] of Object.entries(QUESTIONS)) {
      const figures = await measured(bed, () => askHistory(bed, question));
      rows.push(...rowsOf(`ingest-history/a month of a shelf: ${name}, ${bed.name}`, figures, raw));
    }
    return rows;
  } finally {
    await load.close();
    await bed.close();
  }
}

interface Figures {
  p50Ms: number;
  p99Ms: number;
  /** Of the service and its database: unlike the time on the clock, other work on the machine hardly changes it. */
  cpuMs: number;
}

/** The ratio is to what the database itself takes for every reading, without the service, in the same run. */
function rowsOf(id: string, { p50Ms, p99Ms, cpuMs }: Figures, raw: Figures | undefined): Row[] {
  const budget = raw === undefined && id.includes('asked of the database itself') ? {} : { budget: BUDGET_MS };
  const ratio = raw === undefined ? {} : { ratio: p50Ms / raw.p50Ms };
  return [
    {
      id: `${id}, p50`,
      value: p50Ms,
      unit: 'ms',
      ...ratio,
      ...budget,
      ok: !('budget' in budget) || p50Ms <= BUDGET_MS,
    },
    { id: `${id}, p99`, value: p99Ms, unit: 'ms', ok: true },
    { id: `${id}, CPU`, value: cpuMs, unit: 'ms', ...(raw ? { ratio: cpuMs / raw.cpuMs } : {}), ok: true },
  ];
}

async function measured(bed: IngestBed, ask: () => Promise<void>): Promise<Figures> {
  await ask();
  const times: number[] = [];
  const cpuBefore = await cpuSeconds(bed);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const startedAtMs = performance.now();
    await ask();
    times.push(performance.now() - startedAtMs);
  }
  const cpuMs = ((await cpuSeconds(bed)) - cpuBefore) * (1_000 / REPEATS);
  times.sort((a, b) => a - b);
  const quantile = (share: number): number => times[Math.floor((REPEATS - 1) * share)] ?? Number.NaN;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), cpuMs };
}

async function cpuSeconds(bed: IngestBed): Promise<number> {
  const pid = bed.database?.pid;
  return (await bed.ingest.cpuSeconds()) + (pid === undefined ? 0 : await cpuSecondsOf(pid));
}

async function askHistory(bed: IngestBed, question: string): Promise<void> {
  const [path, query] = question.split('?');
  const points = await bed.ingest.history(`${path}?siteId=bench&fromMs=${START_MS}&toMs=${END_MS}&${query}`);
  if (points < 300) throw new Error(`${question}: only ${points} points`);
}

/** Every reading of the month as JSON, as one would ask for it without a service in between. */
async function askRaw(bed: IngestBed): Promise<void> {
  const where = `"tenantId" = 'bench' AND "deviceId" = 'scale-0' AND time >= ${START_MS}ms AND time < ${END_MS}ms`;
  const answer = await bed.database?.query(`SELECT "netGrams" FROM "reading" WHERE ${where}`, 'shelfwire');
  const count = answer?.results?.[0]?.series?.[0]?.values.length ?? 0;
  // The last readings that fill no batch are not sent.
  if (count < MONTH_MS / BUSY_EVERY_MS - READINGS_PER_BATCH) throw new Error(`${count} readings of the shelf`);
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
