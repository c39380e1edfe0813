import { needs } from '@shelfwire/test-servers';

import { BenchSite } from './chain/bench-site.ts';
import { latenciesOf, LatencyProbe, quantile, type Timed } from './chain/latency-probe.ts';
import { Load } from './chain/load.ts';
import { OrderProbe } from './chain/order-probe.ts';
import { Progress } from './chain/progress.ts';
import { allAnswered, countAppended, countConfirmed, queueAtMost } from './chain/queue.ts';
import { deviceNames, PASSWORD } from './chain/site-files.ts';
import { benchSeconds } from './config.ts';
import type { Row } from './row.ts';

/** What design section 6 asks of the whole chain on two cores. */
const BUDGET = { readingsPerSecond: 10_000, deviceToLedgerP99Ms: 1_000, lowToOrderP99Ms: 2_000 };
/** The budget, and as much more as a load that is paced by timers may fall short of. */
const OFFERED_PER_SECOND = BUDGET.readingsPerSecond * 1.02;
const WARM_UP_SECONDS = 8;
/** What begins together is over by then; told apart, since it is not what a site is like for the rest of its days. */
const BEGINNING_SECONDS = 20;
const SHELVES_RUNNING_LOW_MAX = 600;
const SHELVES_RUNNING_LOW_PER_SECOND = 5;
/** More than these machines carry: what is confirmed meanwhile is what they can. */
const SATURATION = { offeredPerSecond: 16_000, seconds: 10 };

/**
 * The whole chain, sustained: device → gateway (durable, PUBACK) → Mosquitto → InfluxDB and the ledger in PostgreSQL →
 * confirmation by both → deleted on the gateway. Each message is a reading of a known bin; one in 600 changes its level.
 * Beside them, shelves run low one after another, and their orders are awaited at the supplier. Then a few seconds of
 * more than can be carried: the saturation.
 * @returns no rows where a server is not installed; `needs` then says which
 */
export async function benchChain(options: { devices?: number; seconds?: number } = {}): Promise<Row[]> {
  if (!needs('mosquitto', 'postgres', 'influxdb')) return [];
  const { devices = 5_000, seconds = benchSeconds() } = options;
  const shelves = Math.min(SHELVES_RUNNING_LOW_MAX, seconds * SHELVES_RUNNING_LOW_PER_SECOND);
  const scales = deviceNames('scale', devices);
  const probes = deviceNames('probe', 50);
  const runningLow = deviceNames('shelf', shelves);
  const orders = await OrderProbe.start(runningLow);
  let site: BenchSite | undefined;
  let load: Load | undefined;
  try {
    site = await BenchSite.start({ scales, probes, runningLow }, orders.supplier.url);
    load = await Load.start({ port: site.devicePort, deviceIds: scales, password: PASSWORD });
    const probe = await LatencyProbe.start(probes, site.devicePort, site.broker.url);
    const rows = await measureSustained({ site, load, probe, orders, seconds });
    rows.push(await measureSaturation(site, load));
    await probe.close();
    rows.push(...(await measureLosses(site, load, probe, orders)));
    return rows;
  } finally {
    await load?.stop();
    await site?.close();
    await orders.close();
  }
}

interface Measured {
  site: BenchSite;
  load: Load;
  probe: LatencyProbe;
  orders: OrderProbe;
  seconds: number;
}

async function measureSustained({ site, load, probe, orders, seconds }: Measured): Promise<Row[]> {
  await orders.fill(site.devicePort);
  probe.begin();
  await load.run(WARM_UP_SECONDS, OFFERED_PER_SECOND);
  await queueAtMost(site, 50); // the probes go on
  probe.reset();
  const [before, cpuBefore] = [await countConfirmed(site), await site.cpuSeconds()];
  const startedAtMs = performance.now();
  const progress = new Progress(site, probe, seconds);
  orders.begin(seconds);
  await load.run(seconds, OFFERED_PER_SECOND);
  progress.end();
  const [after, cpuAfter] = [await countConfirmed(site), await site.cpuSeconds()];
  const rate = ((after - before) * 1_000) / (performance.now() - startedAtMs);
  const queuedAtEnd = (await countAppended(site)) - after;
  const memory = await site.memoryMb();
  await orders.end();
  probe.end();
  await queueAtMost(site, 0);
  const beganMs = startedAtMs + BEGINNING_SECONDS * 1_000;
  const cpuRows = Object.entries(cpuAfter).map(([name, cpu]) =>
    row(`chain/CPU per reading of ${name}`, ((cpu - (cpuBefore[name] ?? 0)) * 1e6) / (after - before), 'µs'),
  );
  return [
    row('chain/sustained for', seconds, 's'),
    row('chain/readings confirmed by both', rate, '1/s', BUDGET.readingsPerSecond, rate >= BUDGET.readingsPerSecond),
    row('chain/queued on the gateway at the end', queuedAtEnd, 'readings'),
    ...latencyRows('device to ledger', probe.timed, beganMs, BUDGET.deviceToLedgerP99Ms),
    ...latencyRows('low shelf to order', orders.timed, beganMs, BUDGET.lowToOrderP99Ms),
    ...cpuRows,
    ...Object.entries(memory).map(([name, mb]) => row(`chain/memory of ${name}`, mb, 'MB')),
  ];
}

function latencyRows(what: string, timed: readonly Timed[], beganMs: number, budgetMs: number): Row[] {
  const p99 = quantile(latenciesOf(timed), 0.99);
  const [beginning, rest] = [latenciesOf(timed, 0, beganMs), latenciesOf(timed, beganMs)];
  return [
    row(`chain/${what} p50`, quantile(latenciesOf(timed), 0.5), 'ms'),
    row(`chain/${what} p99`, p99, 'ms', budgetMs, p99 <= budgetMs),
    row(`chain/${what}, longest of the first ${BEGINNING_SECONDS} s`, quantile(beginning, 1), 'ms'),
    ...(rest.length > 0 ? [row(`chain/${what} p99 after that`, quantile(rest, 0.99), 'ms')] : []),
  ];
}

/** Readings a second confirmed by both while more is offered than can be carried. */
async function measureSaturation(site: BenchSite, load: Load): Promise<Row> {
  const before = await countConfirmed(site);
  const startedAtMs = performance.now();
  await load.run(SATURATION.seconds, SATURATION.offeredPerSecond);
  const rate = (((await countConfirmed(site)) - before) * 1_000) / (performance.now() - startedAtMs);
  await allAnswered(load);
  await queueAtMost(site, 0);
  return row('chain/saturation', rate, '1/s');
}

/** Of everything that was sent, warm-up and saturation too. */
async function measureLosses(site: BenchSite, load: Load, probe: LatencyProbe, orders: OrderProbe): Promise<Row[]> {
  const { sent, acknowledged } = await load.counts();
  // A sample that says nothing new makes no reading, so PUBACKs are compared with samples, and readings with rows.
  const samples = await site.metric('gateway', 'shelfwire_gateway_samples_total');
  const appended = await countAppended(site);
  return [
    none('chain/PUBACKs of nothing taken', Math.max(0, acknowledged - samples), 'messages'),
    none('chain/readings not confirmed', appended - (await countConfirmed(site)), 'readings'),
    none('chain/readings missing in InfluxDB', appended - (await site.storedReadings()), 'readings'),
    none('chain/sent without PUBACK', sent - acknowledged, 'messages'),
    none('chain/level changes not seen', probe.unanswered, 'changes'),
    none('chain/low shelves not ordered for', orders.unordered, 'shelves'),
    none('chain/orders too many', orders.orderedTwice, 'orders'),
  ];
}

function none(id: string, value: number, unit: string): Row {
  return row(id, value, unit, 0, value === 0);
}

function row(id: string, value: number, unit: string, budget?: number, ok = true): Row {
  return { id, value, unit, ok, ...(budget === undefined ? {} : { budget }) };
}
