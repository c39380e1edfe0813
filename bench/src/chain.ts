import { REQUIRED_CONSUMERS } from '@shelfwire/contract';
import { needs } from '@shelfwire/test-servers';

import { BenchSite } from './chain/bench-site.ts';
import { LatencyProbe, quantile } from './chain/latency-probe.ts';
import { Load } from './chain/load.ts';
import { deviceNames, PASSWORD } from './chain/site-files.ts';
import type { Row } from './row.ts';

/** What design section 6 asks of the whole chain on two cores. */
const BUDGET = { readingsPerSecond: 10_000, deviceToLedgerP99Ms: 1_000 };
const WARM_UP_SECONDS = 5;
const DRAIN_TIMEOUT_MS = 300_000;

/**
 * The whole chain, sustained: device → gateway (durable, PUBACK) → Mosquitto → InfluxDB and the ledger in PostgreSQL →
 * confirmation by both → deleted on the gateway. Each message is a reading of a known bin; one in 600 changes its level.
 * @returns no rows where a server is not installed; `needs` then says which
 */
export async function benchChain(
  options: { devices?: number; seconds?: number; messagesPerSecond?: number } = {},
): Promise<Row[]> {
  if (!needs('mosquitto', 'postgres', 'influxdb')) return [];
  const { devices = 5_000, seconds = 30, messagesPerSecond = BUDGET.readingsPerSecond * 1.1 } = options;
  const scales = deviceNames('scale', devices);
  const probes = deviceNames('probe', 50);
  const site = await BenchSite.start(scales, probes);
  let load: Load | undefined;
  try {
    load = await Load.start({ port: site.devicePort, deviceIds: scales, password: PASSWORD, messagesPerSecond });
    const probe = await LatencyProbe.start(probes, site.devicePort, site.broker.url);
    probe.begin();
    await load.run(WARM_UP_SECONDS);
    await queueAtMost(site, 50); // the probes go on
    probe.reset();
    const before = await countConfirmed(site);
    const startedAtMs = performance.now();
    await load.run(seconds);
    const queuedAtEnd = (await countAppended(site)) - (await countConfirmed(site));
    const memory = await site.memoryMb();
    probe.end();
    await queueAtMost(site, 0);
    const after = await countConfirmed(site);
    // Until the last reading was confirmed: a queue that only grew during the run would count against the rate.
    const rate = ((after - before) * 1_000) / (performance.now() - startedAtMs);
    await probe.close();
    const { sent, acknowledged } = await load.counts();
    // A sample that says nothing new makes no reading, so PUBACKs are compared with samples, and readings with rows.
    const samples = await site.metric('gateway', 'shelfwire_gateway_samples_total');
    const appended = await countAppended(site);
    const missing = appended - (await site.storedReadings());
    const p99 = quantile(probe.latenciesMs, 0.99);
    return [
      row('chain/readings confirmed by both', rate, '1/s', BUDGET.readingsPerSecond, rate >= BUDGET.readingsPerSecond),
      row(
        'chain/PUBACKs of nothing taken',
        Math.max(0, acknowledged - samples),
        'messages',
        0,
        acknowledged <= samples,
      ),
      row('chain/readings not confirmed', appended - after, 'readings', 0, appended === after),
      row('chain/readings missing in InfluxDB', missing, 'readings', 0, missing === 0),
      row('chain/sent without PUBACK', sent - acknowledged, 'messages', 0, sent === acknowledged),
      row('chain/queued on the gateway at the end', queuedAtEnd, 'readings'),
      row('chain/device to ledger p50', quantile(probe.latenciesMs, 0.5), 'ms'),
      row('chain/device to ledger p99', p99, 'ms', BUDGET.deviceToLedgerP99Ms, p99 <= BUDGET.deviceToLedgerP99Ms),
      row('chain/level changes not seen', probe.unanswered, 'changes', 0, probe.unanswered === 0),
      ...Object.entries(memory).map(([name, mb]) => row(`chain/memory of ${name}`, mb, 'MB')),
    ];
  } finally {
    await load?.stop();
    await site.close();
  }
}

/** Readings that every required consumer has confirmed. */
async function countConfirmed(site: BenchSite): Promise<number> {
  const name = 'shelfwire_gateway_readings_confirmed_total';
  const counts = REQUIRED_CONSUMERS.map((consumer) => site.metric('gateway', name, `consumer="${consumer}"`));
  return Math.min(...(await Promise.all(counts)));
}

function countAppended(site: BenchSite): Promise<number> {
  return site.metric('gateway', 'shelfwire_gateway_readings_appended_total');
}

/** By the counters: the gauge of the queue is set now and then, and late on a gateway that has all hands full. */
async function queueAtMost(site: BenchSite, readingsMax: number): Promise<void> {
  const endsAtMs = Date.now() + DRAIN_TIMEOUT_MS;
  while ((await countAppended(site)) - (await countConfirmed(site)) > readingsMax) {
    if (Date.now() > endsAtMs) throw new Error('the gateway’s queue does not drain');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function row(id: string, value: number, unit: string, budget?: number, ok = true): Row {
  return { id, value, unit, ok, ...(budget === undefined ? {} : { budget }) };
}
