import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { deviceEntry, devicePayload, MEASURES, type Measure } from './device-entry.ts';
import { DiskQueue } from './disk-queue.ts';
import { DurablePublisher, type PublisherState } from './durable-publisher.ts';
import type { GatewayNode } from './gateway-node.ts';
import { type NodeSettings, type NodeStatus, type Red, type RedNode, textSetting } from './red.ts';

const QUEUE_MEGABYTES = 100;

/**
 * *reading out*: what a flow measures, to the site's gateway. A message is done when it is on this disk; it leaves the
 * disk when the gateway has acknowledged it.
 */
export function register(red: Red): void {
  red.nodes.registerType('shelfwire-reading-out', function (this: RedNode, settings: NodeSettings) {
    red.nodes.createNode(this, settings);
    const gateway = red.nodes.getNode(settings['gateway']) as GatewayNode | null;
    const deviceId = textSetting(settings, 'deviceId');
    const measure = textSetting(settings, 'measure') as Measure | undefined;
    if (!gateway || deviceId === undefined || measure === undefined || !(measure in MEASURES)) {
      this.status({ fill: 'red', shape: 'dot', text: 'choose a gateway, a device and a measure' });
      return;
    }
    const folder = join(red.settings.userDir ?? '.', 'shelfwire-reading-out', this.id.replaceAll(/[^\w.-]/g, '_'));
    const publisher = openPublisher(this, settings, gateway, { folder, topic: topicOf(settings, deviceId) });
    this.on('input', (message, _send, done) => {
      const payload = devicePayload(measure, message.payload, Date.now());
      if (typeof payload === 'string') done(new Error(payload));
      else void keep(publisher, payload, done);
    });
    this.on('close', (removed, done) => {
      void closePublisher(this, publisher, removed ? folder : undefined, done);
    });
  });
  offerDeviceEntry(red);
}

function topicOf(settings: NodeSettings, deviceId: string): string {
  return textSetting(settings, 'topic') ?? `node-red/${deviceId}`;
}

function openPublisher(
  node: RedNode,
  settings: NodeSettings,
  gateway: GatewayNode,
  { folder, topic }: { folder: string; topic: string },
): DurablePublisher {
  const megabytes = Number(settings['queueMegabytes'] ?? QUEUE_MEGABYTES) || QUEUE_MEGABYTES;
  return new DurablePublisher({
    queue: DiskQueue.open(folder, megabytes * 1_000_000),
    topic,
    url: gateway.url,
    mqtt: { ...gateway.mqtt, clientId: `node-red-${node.id}` },
    onState: (state) => node.status(statusOf(state)),
  });
}

function statusOf({ connected, waiting, problem }: PublisherState): NodeStatus {
  const kept = waiting === 0 ? '' : `, ${waiting} kept`;
  if (connected) return { fill: waiting === 0 ? 'green' : 'yellow', shape: 'dot', text: `connected${kept}` };
  return { fill: 'red', shape: 'ring', text: `${problem ?? 'not connected'}${kept}` };
}

async function keep(publisher: DurablePublisher, payload: object, done: (error?: Error) => void): Promise<void> {
  try {
    await publisher.publish(payload);
    done();
  } catch (error) {
    done(error as Error);
  }
}

async function closePublisher(
  node: RedNode,
  publisher: DurablePublisher,
  removedFolder: string | undefined,
  done: () => void,
): Promise<void> {
  await publisher.close();
  if (removedFolder !== undefined) forgetFolder(node, removedFolder);
  done();
}

/** Of a node that was deleted from its flow; readings that nobody has taken yet are left where a person finds them. */
function forgetFolder(node: RedNode, folder: string): void {
  const left = DiskQueue.open(folder, Number.MAX_SAFE_INTEGER).length;
  if (left === 0) rmSync(folder, { recursive: true, force: true });
  else node.warn(`${left} readings that the gateway has not acknowledged stay in ${folder}`);
}

/** The editor shows the lines for `gateway.yaml` beside the node's settings. */
function offerDeviceEntry(red: Red): void {
  red.httpAdmin.get('/shelfwire/device-entry', red.auth.needsPermission('flows.read'), ({ query }, answer) => {
    const { deviceId = '', topic = '', measure = '', username = '' } = query;
    if (!(measure in MEASURES)) answer.status(400).send('no such measure');
    else {
      const device = {
        deviceId,
        topic: topic === '' ? `node-red/${deviceId}` : topic,
        measure: measure as Measure,
        username,
      };
      answer.type('text/plain').send(deviceEntry(device));
    }
  });
}
