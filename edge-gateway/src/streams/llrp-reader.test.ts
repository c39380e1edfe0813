import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startRecordedReader } from '../decode/llrp/recorded-reader.ts';
import { readRecordings, type Recording } from '../decode/llrp/recording.ts';
import { startTestGateway, temporaryFolder, TestCentre, until } from '../test-site.ts';

/** The whole gateway as a client of a reader that is a recorded TCP stream: its own sockets, its outbox, its uplink. */
describe.runIf(needs('mosquitto'))('a gateway that reads a recorded LLRP stream over TCP', () => {
  let central: MosquittoServer;
  beforeAll(async () => {
    central = await MosquittoServer.start();
  });
  afterAll(() => central.close());

  test.each(readRecordings().map((recording) => [recording.name, recording] as const))(
    '%s: sends exactly the recorded requests, connects again, and every tag reaches the centre',
    async (_name, recording) => {
      await using data = await temporaryFolder();
      const reader = await startRecordedReader(recording);
      const centre = await TestCentre.connect(central.url);
      const device = { deviceId: 'dock', model: 'llrp', tcp: { host: '127.0.0.1', port: reader.port } };
      const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: central.url, devices: [device] });
      await reader.played;
      const arrived = (): string[] =>
        [...centre.readings.values()].flatMap((reading) => (reading.kind === 'tag' ? [reading.epcHex] : []));
      await until('every tag has reached the centre', () => new Set(arrived()).size === epcsOf(recording).size);
      expect(new Set(arrived())).toEqual(epcsOf(recording));
      await gateway.close();
      await centre.close();
      reader.close();
    },
  );
});

test('a reader that has gone without a word is noticed by its missing keepalives, and connected again', async () => {
  await using data = await temporaryFolder();
  const hello = Buffer.from('043f000000200000000100f600160080000c00064c2bc71af000010000060000', 'hex');
  let connections = 0;
  const reader = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.write(hello);
  });
  reader.listen(0, '127.0.0.1');
  await once(reader, 'listening');
  const { port } = reader.address() as AddressInfo;
  const device = {
    deviceId: 'dock',
    model: 'llrp',
    tcp: { host: '127.0.0.1', port },
    constants: { keepAliveMs: 1_000 },
  };
  const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: 'mqtt://127.0.0.1:1', devices: [device] });
  await until('it has been connected again', () => connections >= 2);
  await gateway.close();
  reader.close();
});

function epcsOf({ connections }: Recording): Set<string> {
  const samples = connections.flat().flatMap((step) => (step.kind === 'reader' ? step.samples : []));
  return new Set(samples.map((sample) => (sample as { epcHex: string }).epcHex));
}
