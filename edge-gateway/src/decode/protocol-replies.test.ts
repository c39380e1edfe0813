import { create, toBinary } from '@bufbuild/protobuf';
import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { startTestGateway, temporaryFolder, TestCentre, until } from '../test-site.ts';
import { MESSAGE_TYPE } from './llrp/message.ts';
import { startSimulatedReader, TAG_REPORT } from './llrp/simulated-reader.ts';
import { MetricSchema, PayloadSchema } from './sparkplug-b/generated/sparkplug-b_pb.ts';
import { readPayload } from './sparkplug-b/payload.ts';

/** Protocols that want to be answered, through the whole gateway: what a decoder replies reaches the device. */
describe.runIf(needs('mosquitto'))('a gateway with a device that wants answers', () => {
  let central: MosquittoServer;
  beforeAll(async () => {
    central = await MosquittoServer.start();
  });
  afterAll(() => central.close());

  test('sets up an LLRP reader over TCP, again after a lost connection, and brings its tags to the centre', async () => {
    await using data = await temporaryFolder();
    const centre = await TestCentre.connect(central.url);
    const reader = await startSimulatedReader();
    onTestFinished(reader.close);
    const gateway = await startTestGateway({
      folder: data.folder,
      uplinkUrl: central.url,
      devices: [{ deviceId: 'reader-1', model: 'llrp', tcp: { host: '127.0.0.1', port: reader.port } }],
    });
    const starts = (): number => reader.requests.filter((type) => type === MESSAGE_TYPE.START_ROSPEC).length;
    await until('the ROSpec is started', () => starts() === 1);
    reader.hangUp();
    await until('it is started again on the next connection', () => starts() === 2);
    reader.send({ version: 1, type: MESSAGE_TYPE.KEEPALIVE, id: 7, body: new Uint8Array(0) });
    reader.send({ version: 1, type: MESSAGE_TYPE.RO_ACCESS_REPORT, id: 8, body: TAG_REPORT });
    await until('the keepalive is answered', () => reader.requests.includes(MESSAGE_TYPE.KEEPALIVE_ACK));
    await until('the tag is at the centre', () => centre.readings.size > 0);
    expect([...centre.readings.values()]).toMatchObject([
      { kind: 'tag', deviceId: 'reader-1', epcUri: 'urn:epc:id:sgtin:0614141.812345.6789', presence: 'arrived' },
    ]);
    await gateway.close();
    await centre.close();
  });

  test('asks a Sparkplug node for its birth, and then reads its data', async () => {
    await using data = await temporaryFolder();
    const centre = await TestCentre.connect(central.url);
    const login = { username: 'edge-1', password: 'secret of edge-1' };
    const gateway = await startTestGateway({
      folder: data.folder,
      uplinkUrl: central.url,
      devices: [{ deviceId: 'edge-1', model: 'sparkplug-b', topics: ['spBv1.0/plant/+/edge-1/#'], login }],
    });
    const node = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, { ...login, clientId: 'edge-1' });
    let rebirths = 0;
    node.on('message', (_topic, payload) => {
      rebirths += readPayload(payload)?.metrics.some((metric) => metric.name === 'Node Control/Rebirth') ? 1 : 0;
    });
    await node.subscribeAsync('spBv1.0/plant/NCMD/edge-1', { qos: 1 });
    const publish = (topic: string, payload: Uint8Array) =>
      node.publishAsync(`spBv1.0/plant/${topic}`, Buffer.from(payload), { qos: 1 });
    await publish('DDATA/edge-1/shelf', weightPayload(9, undefined, 2.5));
    await until('a rebirth is asked for', () => rebirths === 1);
    await publish('NBIRTH/edge-1', toBinary(PayloadSchema, create(PayloadSchema, { seq: 0n })));
    await publish('DBIRTH/edge-1/shelf', weightPayload(1, 'Weight_kg', 2.5));
    await until('the weight is at the centre', () => centre.readings.size > 0);
    expect([...centre.readings.values()][0]).toMatchObject({
      kind: 'weight',
      deviceId: 'edge-1',
      sensorId: 'shelf:Weight_kg',
      netGrams: 2_500,
    });
    await node.endAsync();
    await gateway.close();
    await centre.close();
  });
});

function weightPayload(seq: number, name: string | undefined, kilograms: number): Uint8Array {
  const metric = create(MetricSchema, {
    alias: 3n,
    datatype: 10,
    value: { case: 'doubleValue', value: kilograms },
    ...(name !== undefined && { name }),
  });
  const timestamp = BigInt(Date.now());
  return toBinary(PayloadSchema, create(PayloadSchema, { timestamp, seq: BigInt(seq), metrics: [metric] }));
}
