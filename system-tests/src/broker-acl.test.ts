import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const configFile = fileURLToPath(new URL('../../mosquitto/mosquitto.conf', import.meta.url));
const aclFile = fileURLToPath(new URL('../../mosquitto/acl', import.meta.url));

describe.runIf(needs('mosquitto'))('the committed access list, held by a real Mosquitto', () => {
  let broker: MosquittoServer;
  let folder: string;
  const clients: MqttClient[] = [];

  async function connect(username: string, password = `${username}-password`): Promise<MqttClient> {
    const client = await connectAsync(broker.url, { username, password, reconnectPeriod: 0, connectTimeout: 5_000 });
    clients.push(client);
    return client;
  }

  /** What of `topics` arrives at `reader` when `writer` publishes on all of them; `fence` is one that must arrive. */
  async function delivered(writer: MqttClient, reader: MqttClient, topics: string[], fence: string): Promise<string[]> {
    const seen: string[] = [];
    const fenced = new Promise<void>((resolve) => {
      reader.on('message', (topic) => {
        seen.push(topic);
        if (topic === fence) resolve();
      });
    });
    for (const topic of [...topics, fence]) await writer.publishAsync(topic, '{}', { qos: 1 });
    await fenced;
    reader.removeAllListeners('message');
    return seen.filter((topic) => topic !== fence);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shelfwire-acl-'));
    chmodSync(folder, 0o755);
    const passwords = join(folder, 'passwords');
    const acl = join(folder, 'acl');
    execFileSync('touch', [passwords]);
    for (const user of ['gw-1', 'ingest', 'reorder']) {
      execFileSync('mosquitto_passwd', ['-b', passwords, user, `${user}-password`]);
    }
    execFileSync('cp', [aclFile, acl]);
    chmodSync(passwords, 0o644);
    chmodSync(acl, 0o644);
    // The committed configuration itself; only what belongs to one machine is replaced.
    const config = readFileSync(configFile, 'utf8')
      .replace(/^(listener|persistence|persistence_location|max_queued_messages|log_dest) .*$/gm, '')
      .replace(/^password_file .*$/m, `password_file ${passwords}`)
      .replace(/^acl_file .*$/m, `acl_file ${acl}`);
    broker = await MosquittoServer.start(config);
  });

  afterAll(async () => {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('nobody comes in without a password, or with a wrong one', async () => {
    await expect(connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toThrow(/not authorized/i);
    await expect(connect('gw-1', 'wrong')).rejects.toThrow(/not authorized/i);
  });

  test("a gateway publishes its own site's readings and its own status, and nothing else arrives", async () => {
    const gateway = await connect('gw-1');
    const ingest = await connect('ingest');
    await ingest.subscribeAsync(['shelfwire/v1/+/+/readings', 'shelfwire/v1/+/+/gateways/+/status'], { qos: 1 });
    const foreign = [
      'shelfwire/v1/other/plant-1/readings',
      'shelfwire/v1/demo/plant-2/readings',
      'shelfwire/v1/demo/plant-1/gateways/gw-2/status',
    ];
    const own = ['shelfwire/v1/demo/plant-1/gateways/gw-1/status'];
    const seen = await delivered(gateway, ingest, [...foreign, ...own], 'shelfwire/v1/demo/plant-1/readings');
    expect(seen).toEqual(own);
  });

  test("a gateway cannot forge a confirmation, and hears only its own site's", async () => {
    const gateway = await connect('gw-1');
    const listener = await connect('gw-1');
    const reorder = await connect('reorder');
    await listener.subscribeAsync(['shelfwire/v1/+/+/confirmations/+', '#'], { qos: 1 });
    const fence = 'shelfwire/v1/demo/plant-1/confirmations/reorder';
    await gateway.publishAsync('shelfwire/v1/demo/plant-1/confirmations/ingest', '{}', { qos: 1 });
    expect(await delivered(reorder, listener, ['shelfwire/v1/other/plant-1/confirmations/reorder'], fence)).toEqual([]);
  });
});
