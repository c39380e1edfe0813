import { BinSensors } from './bin-sensors.ts';
import { RecentlySeen } from './recently-seen.ts';
import { listSetting, type NodeSettings, type Red, type RedNode, textSetting } from './red.ts';
import { findServer, type ServerNode } from './server-node.ts';
import type { SiteTopic } from './topic.ts';

/** As many readings as a busy site sends in some minutes: repeats come within seconds. */
const REMEMBERED_READINGS = 100_000;

const ASKING = { fill: 'yellow', shape: 'ring', text: 'asking which devices' } as const;

interface Reading {
  kind: string;
  deviceId: string;
  sensorId?: string;
  quality: string;
  historical?: boolean;
}

interface Batch {
  schema: 'readings/1';
  gatewayId: string;
  outboxId: string;
  firstSequence: number;
  readings: Reading[];
}

/** *reading in*: a message for each normalized reading of the chosen sites, bins and kinds. */
export function register(red: Red): void {
  red.nodes.registerType('shelfwire-reading-in', function (this: RedNode, settings: NodeSettings) {
    red.nodes.createNode(this, settings);
    const server = findServer(red, this, settings);
    if (!server?.connection) {
      if (server) this.status({ fill: 'red', shape: 'dot', text: 'the server has no broker or tenant' });
      return;
    }
    const wants = readingFilter(settings);
    const bins = binsOf(this, settings, server);
    if (bins === 'not possible') return;
    const seen = new RecentlySeen(REMEMBERED_READINGS);
    const listener = {
      channel: 'readings' as const,
      onStatus: (status: object) => this.status(bins && !bins.known ? ASKING : status),
      onMessage: (topic: SiteTopic, payload: unknown) => {
        if (!isBatch(payload)) return;
        const { gatewayId, outboxId } = payload;
        for (const [index, reading] of payload.readings.entries()) {
          const sequence = payload.firstSequence + index;
          const binId = bins?.binOf(reading);
          if (!wants(topic.siteId, reading) || (bins && binId === undefined)) continue;
          if (!seen.add(`${outboxId} ${sequence}`)) continue;
          const origin = { ...topic, gatewayId, outboxId, sequence, ...(binId === undefined ? {} : { binId }) };
          this.send({ topic: binId ?? reading.deviceId, payload: reading, shelfwire: origin });
        }
      },
    };
    const { connection } = server;
    connection.listen(listener);
    this.on('close', (_removed, done) => {
      bins?.close();
      connection.forget(listener);
      done();
    });
  });
}

function readingFilter(settings: NodeSettings): (siteId: string, reading: Reading) => boolean {
  const sites = listSetting(settings, 'siteId');
  const kinds = listSetting(settings, 'kind');
  const devices = listSetting(settings, 'deviceId');
  const goodOnly = settings['goodOnly'] === true;
  const liveOnly = settings['liveOnly'] === true;
  return (siteId, reading) =>
    (sites?.has(siteId) ?? true) &&
    (kinds?.has(reading.kind) ?? true) &&
    (devices?.has(reading.deviceId) ?? true) &&
    (!goodOnly || reading.quality === 'good') &&
    (!liveOnly || reading.historical !== true);
}

/** Undefined where no bins are chosen. */
function binsOf(
  node: RedNode,
  settings: NodeSettings,
  { api, connection }: ServerNode,
): BinSensors | 'not possible' | undefined {
  const binIds = listSetting(settings, 'binId');
  if (!binIds) return undefined;
  const siteId = textSetting(settings, 'siteId');
  if (!api || siteId === undefined || siteId.includes(',')) {
    const text = api ? 'bins need one site' : 'bins need the server’s API and login';
    node.status({ fill: 'red', shape: 'dot', text });
    return 'not possible';
  }
  return new BinSensors(api, siteId, [...binIds], (problem) => {
    node.status(
      problem === undefined ? (connection?.status ?? {}) : { fill: 'yellow', shape: 'ring', text: `bins: ${problem}` },
    );
  });
}

function isBatch(payload: unknown): payload is Batch {
  const { schema, outboxId, firstSequence, readings } = (payload ?? {}) as Partial<Batch>;
  return (
    schema === 'readings/1' &&
    typeof outboxId === 'string' &&
    Number.isSafeInteger(firstSequence) &&
    Array.isArray(readings)
  );
}
