import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { formatTopic, type Reading, type ReadingBatch } from '@shelfwire/contract';
import { freePort, MosquittoServer, needs, ServerProcess } from '@shelfwire/test-servers';
import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, test } from 'vitest';

import { openTestOutbox } from '../outbox/test-outbox.ts';
import { measuring, sensorSettings, SITE, temporaryFolder, until } from '../test-site.ts';

/**
 * The whole week: 7 days at 50 readings a second, 5 GB of disk, about half an hour. `SHELFWIRE_WEEK_OFFLINE=1` runs it;
 * `history.test.ts` is its short form.
 */
const READINGS = Number(process.env['SHELFWIRE_WEEK_OFFLINE_READINGS'] ?? 30_240_000);
const READINGS_PER_SECOND = 50;
const SENSORS = 100;
const GROUP = 50_000;
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

function readingOf(index: number, startedAtMs: number): Reading {
  const receivedAtMs = startedAtMs + index * (1_000 / READINGS_PER_SECOND);
  const common = { clockQuality: 'gateway', quality: 'good', receivedAtMs } as const;
  return { kind: 'level', deviceId: `level-${index % SENSORS}`, ...common, distanceMm: index };
}

/** Writes the week as the gateway would have: same outbox, same format, same bounds. @returns seconds and bytes */
async function leaveWeek(folder: string): Promise<{ seconds: number; bytes: number }> {
  const outbox = await openTestOutbox(join(folder, 'outbox'), {
    segmentBytesMax: 16_777_216,
    sizeBytesMax: 8_589_934_592,
    readingsMax: 50_000_000,
    freeDiskBytesMin: 268_435_456,
    waitingReadingsMax: 200_000,
  });
  const startedAt = performance.now();
  const firstAtMs = Date.now() - (READINGS * 1_000) / READINGS_PER_SECOND - 3_600_000;
  for (let from = 0; from < READINGS; from += GROUP) {
    const count = Math.min(GROUP, READINGS - from);
    await outbox.append(Array.from({ length: count }, (_, index) => readingOf(from + index, firstAtMs)));
  }
  const { sizeBytes } = outbox;
  await outbox.close();
  return { seconds: (performance.now() - startedAt) / 1_000, bytes: sizeBytes };
}

/** Takes batches and confirms them for both consumers; remembers a bit of each reading. */
class CountingCentre {
  readonly #seen = new Uint8Array(READINGS + 1);
  readonly live = new Map<number, number>();
  matched = 0;
  duplicate = 0;
  misordered = 0;
  wrong = 0;
  #newest = 0;
  readonly client: MqttClient;

  constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (_topic, payload) => this.#take(JSON.parse(payload.toString()) as ReadingBatch));
  }

  #take({ outboxId, firstSequence, readings }: ReadingBatch): void {
    for (const [index, reading] of readings.entries()) this.#takeOne(firstSequence + index, reading);
    const text = JSON.stringify({ outboxId, ranges: [[firstSequence, firstSequence + readings.length - 1]] });
    for (const consumer of ['ingest', 'reorder'] as const) {
      this.client.publish(formatTopic({ channel: 'confirmations', consumer, ...SITE }), text, { qos: 1 });
    }
  }

  #takeOne(sequence: number, reading: Reading): void {
    const distanceMm = reading.kind === 'level' ? (reading.distanceMm ?? -1) : -1;
    if (sequence > READINGS) {
      if (!reading.historical) this.live.set(distanceMm, performance.now());
      return;
    }
    if (distanceMm !== sequence - 1 || reading.historical !== true) this.wrong += 1;
    if (this.#seen[sequence] === 1) {
      this.duplicate += 1;
      return;
    }
    this.#seen[sequence] = 1;
    this.matched += 1;
    if (sequence < this.#newest) this.misordered += 1;
    this.#newest = Math.max(this.#newest, sequence);
  }
}

async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

const wanted = process.env['SHELFWIRE_WEEK_OFFLINE'] === '1';
describe.runIf(wanted && needs('mosquitto'))('a whole week at 50 readings a second without uplink', () => {
  test('is kept on the disk, opened without loading it, and sent in order while live readings arrive at once', async () => {
    await using data = await temporaryFolder();
    const written = await leaveWeek(data.folder);
    say({
      readings: READINGS,
      writtenPerSecond: READINGS / written.seconds,
      bytesPerReading: written.bytes / READINGS,
    });
    const central = await MosquittoServer.start();
    const client = await connectAsync(central.url, { clientId: 'centre' });
    const centre = new CountingCentre(client);
    await client.subscribeAsync(formatTopic({ channel: 'readings', ...SITE }), { qos: 1 });
    const config = { ...SITE, gatewayId: 'gw-1', devices: [sensorSettings('live')] };
    await writeFile(join(data.folder, 'gateway.yaml'), JSON.stringify(config), { mode: 0o600 });

    const [port, httpPort] = [await freePort(), await freePort()];
    let liveSent = 0;
    const phase = async (name: string, historyPerSecond: number, isOver: () => boolean): Promise<void> => {
      const startedAt = performance.now();
      const gateway = new ServerProcess(process.execPath, [MAIN], {
        env: {
          SHELFWIRE_GATEWAY_CONFIG: join(data.folder, 'gateway.yaml'),
          SHELFWIRE_DATA_DIR: data.folder,
          SHELFWIRE_MQTT_PORT: String(port),
          SHELFWIRE_HTTP_PORT: String(httpPort),
          SHELFWIRE_UPLINK_URL: central.url,
          SHELFWIRE_HISTORY_READINGS_PER_SECOND: String(historyPerSecond),
        },
      });
      await gateway.ready(async () => (await fetch(`http://127.0.0.1:${httpPort}/healthz`)).ok);
      const openSeconds = (performance.now() - startedAt) / 1_000;
      const login = { username: 'live', password: 'secret of live', clientId: 'live' };
      const sensor = await connectAsync(`mqtt://127.0.0.1:${port}`, login);
      const before = { matched: centre.matched, at: performance.now() };
      const latenciesMs: number[] = [];
      let memoryMb = await residentMb(gateway.child.pid);
      while (!isOver() || latenciesMs.length < 20) {
        liveSent += 1;
        const distanceMm = 1_000_000_000 + liveSent;
        const { topic, payload } = measuring('live', distanceMm);
        const sentAt = performance.now();
        await sensor.publishAsync(topic, payload, { qos: 1 });
        await until('the live reading is there', () => centre.live.has(distanceMm), 60_000);
        latenciesMs.push((centre.live.get(distanceMm) ?? Infinity) - sentAt);
        memoryMb = Math.max(memoryMb, await residentMb(gateway.child.pid));
        if (liveSent % 300 === 0) say({ phase: name, live: liveSent, matched: centre.matched, memoryMb });
        await new Promise((resolve) => setTimeout(resolve, 100)); // a sensor that speaks ten times a second
      }
      const sorted = latenciesMs.toSorted((a, b) => a - b);
      say({
        phase: name,
        openSeconds,
        historyPerSecond: ((centre.matched - before.matched) * 1_000) / (performance.now() - before.at),
        liveP50Ms: sorted[Math.floor(sorted.length / 2)],
        liveP99Ms: sorted[Math.floor(sorted.length * 0.99)],
        memoryMb,
      });
      await sensor.endAsync();
      await gateway.stop('SIGTERM');
    };
    const endsAt = performance.now() + 60_000;
    await phase('a minute at the default rate', 5_000, () => performance.now() > endsAt);
    await phase('the rest as fast as it goes', 1_000_000, () => centre.matched >= READINGS);

    const { matched, duplicate, misordered, wrong } = centre;
    say({ matched, missing: READINGS - matched, duplicate, misordered, wrong, live: centre.live.size });
    expect({ matched, misordered, wrong, live: centre.live.size }).toEqual({
      matched: READINGS,
      misordered: 0,
      wrong: 0,
      live: liveSent,
    });
    await client.endAsync(true);
    await central.close();
  }, 7_200_000);
});

function say(figures: Record<string, unknown>): void {
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Math.round(value * 10) / 10 : value,
  ]);
  process.stdout.write(`week offline: ${JSON.stringify(Object.fromEntries(rounded))}\n`);
}
