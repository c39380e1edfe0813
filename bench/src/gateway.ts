import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { ClosedLoopOrder } from './gateway/closed-loop.ts';
import {
  ClosedLoop,
  cpuSeconds,
  kill,
  residentMb,
  startBareAedes,
  startGatewayProcess,
  type Broker,
} from './gateway/processes.ts';
import type { Row } from './row.ts';

/** Design section 6, gateway rows. */
const BUDGET = { ratioToBareAedes: 0.85, memoryMb: 200 };
const CLIENTS = 500;
const MANY_DEVICES = 2_000;
/** Until the compiler is done with the hot path: measured cold, a message costs three times as much. */
const WARM_UP_SECONDS = 8;

interface Options {
  seconds?: number;
  rounds?: number;
}

/**
 * What durable acknowledgement costs: QoS 1 messages a second from 500 devices into the gateway, each decoded,
 * normalized and synced to disk before its PUBACK, against bare Aedes that does nothing with them; by turns, in one run.
 * Once with MQTT.js as the devices, as the budget was set, and once with devices that cost nothing, which shows the
 * whole difference. Then the memory that 2,000 connected devices take.
 */
export async function benchGateway(options: Options = {}): Promise<Row[]> {
  return [...(await throughputRows('mqtt.js', options)), ...(await throughputRows('bare', options)), await memoryRow()];
}

async function throughputRows(client: ClosedLoopOrder['client'], options: Options): Promise<Row[]> {
  const { seconds = 5, rounds = 3 } = options;
  const deviceIds = names(CLIENTS);
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-bench-gateway-'));
  const gateway = await startGatewayProcess(folder, deviceIds);
  const bare = await startBareAedes();
  try {
    const ours = await measurer(gateway, { deviceIds, inFlight: 4, client });
    const peers = await measurer(bare, { deviceIds, inFlight: 4, client });
    for (let round = 0; round < rounds; round += 1) {
      await ours.run(seconds);
      await peers.run(seconds);
    }
    const ratio = ours.rate() / peers.rate();
    const stored = await gateway.metric('shelfwire_gateway_outbox_queued_readings');
    const bytes = await gateway.metric('shelfwire_gateway_outbox_size_bytes');
    await Promise.all([ours.stop(), peers.stop()]);
    const budgeted = client === 'mqtt.js';
    const verdict = budgeted ? { budget: BUDGET.ratioToBareAedes, ok: ratio >= BUDGET.ratioToBareAedes } : { ok: true };
    const by = `500 ${client} clients`;
    const rows: Row[] = [
      { id: `gateway/durable before PUBACK, ${by}`, value: ours.rate(), unit: '1/s', ratio, ...verdict },
      { id: `gateway/bare Aedes, ${by}`, value: peers.rate(), unit: '1/s', ok: true },
      { id: `gateway/CPU per message, ${by}`, value: ours.cpuMicroseconds(), unit: 'µs', ok: true },
      { id: `gateway/CPU per message of bare Aedes, ${by}`, value: peers.cpuMicroseconds(), unit: 'µs', ok: true },
    ];
    if (!budgeted) rows.push({ id: 'gateway/bytes on disk per reading', value: bytes / stored, unit: 'B', ok: true });
    return rows;
  } finally {
    await Promise.all([kill(gateway.child), kill(bare.child)]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs devices against one broker and sums up what it took. */
async function measurer(broker: Broker, order: Omit<ClosedLoopOrder, 'port'>) {
  const devices = new ClosedLoop();
  await devices.connect({ ...order, port: broker.port });
  await devices.run(WARM_UP_SECONDS);
  const rates: number[] = [];
  let cpu = 0;
  let messages = 0;
  return {
    run: async (seconds: number): Promise<void> => {
      const before = await cpuSeconds(broker.child);
      const rate = await devices.run(seconds);
      cpu += (await cpuSeconds(broker.child)) - before;
      messages += rate * seconds;
      rates.push(rate);
    },
    rate: () => median(rates),
    cpuMicroseconds: () => (cpu * 1e6) / messages,
    stop: () => devices.stop(),
  };
}

async function memoryRow(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-bench-gateway-'));
  const deviceIds = names(MANY_DEVICES);
  const gateway = await startGatewayProcess(folder, deviceIds);
  const devices = new ClosedLoop();
  try {
    await devices.connect({ port: gateway.port, deviceIds, inFlight: 1, client: 'bare' });
    await devices.run(0); // each publishes once
    const memoryMb = await residentMb(gateway.child);
    return {
      id: 'gateway/memory with 2,000 connected devices',
      value: memoryMb,
      unit: 'MB',
      budget: BUDGET.memoryMb,
      ok: memoryMb <= BUDGET.memoryMb,
    };
  } finally {
    await devices.stop();
    await kill(gateway.child);
    await rm(folder, { recursive: true, force: true });
  }
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `level-${index}`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
