import { needsContainers, startMosquittoContainer } from '@shelfwire/test-servers/containers';
import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';

import { accessListText } from './access-list.ts';
import { brokerUsername, hashBrokerPassword } from './broker-login.ts';

const GATEWAY = { tenantId: 'demo', siteId: 'plant-1', gatewayId: 'gw-1' };
const CONFIG = `
listener 1883
allow_anonymous false
password_file /test/passwords
acl_file /test/acl
`;

describe.runIf(needsContainers('mosquitto'))('Mosquitto in a container', () => {
  test('takes our hashes and our access list', async () => {
    const username = brokerUsername(GATEWAY);
    const { url, close } = await startMosquittoContainer({
      'mosquitto.conf': CONFIG,
      acl: accessListText([GATEWAY], ['ingest']),
      passwords: `${username}:${await hashBrokerPassword('its password')}\ningest:${await hashBrokerPassword('x')}\n`,
    });
    try {
      await expect(connectAsync(url, { username, password: 'wrong', reconnectPeriod: 0 })).rejects.toThrow(
        /not authorized/i,
      );
      const gateway = await connectAsync(url, { username, password: 'its password' });
      const ingest = await connectAsync(url, { username: 'ingest', password: 'x' });
      const seen: string[] = [];
      const fenced = new Promise<void>((resolve) => {
        ingest.on('message', (topic) => {
          seen.push(topic);
          if (topic === 'shelfwire/v1/demo/plant-1/readings') resolve();
        });
      });
      await ingest.subscribeAsync('shelfwire/v1/+/+/readings', { qos: 1 });
      await gateway.publishAsync('shelfwire/v1/demo/plant-2/readings', '{}', { qos: 1 });
      await gateway.publishAsync('shelfwire/v1/demo/plant-1/readings', '{}', { qos: 1 });
      await fenced;
      expect(seen).toEqual(['shelfwire/v1/demo/plant-1/readings']);
      await Promise.all([gateway.endAsync(true), ingest.endAsync(true)]);
    } finally {
      await close();
    }
  });
});
