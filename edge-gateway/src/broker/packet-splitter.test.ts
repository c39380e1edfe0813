import fc from 'fast-check';
import { generate, type Packet as MqttPacket } from 'mqtt-packet';
import { expect, test } from 'vitest';

import { Packet, PacketSplitter } from './packet-splitter.ts';
import { encodePubacks, PublishReader, type DevicePublish } from './publish-packet.ts';

const packetArbitrary: fc.Arbitrary<MqttPacket> = fc.oneof(
  fc.record({
    cmd: fc.constant('publish' as const),
    topic: fc.stringMatching(/^[a-zé/]{1,20}$/),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    messageId: fc.integer({ min: 1, max: 65_535 }),
    dup: fc.constant(false),
    retain: fc.boolean(),
  }),
  fc.constant({ cmd: 'pingreq' as const }),
  fc.constant({ cmd: 'disconnect' as const }),
);

function split(stream: Buffer, cuts: readonly number[], packetBytesMax = 1_000) {
  const splitter = new PacketSplitter(packetBytesMax);
  const packets: Buffer[] = [];
  const publishes: DevicePublish[] = [];
  const reader = new PublishReader();
  const borders = [0, ...cuts.map((cut) => cut % (stream.length + 1)).toSorted((a, b) => a - b), stream.length];
  for (const [index, from] of borders.slice(0, -1).entries()) {
    splitter.push(stream.subarray(from, borders[index + 1]));
    for (let packet = splitter.next(); packet !== undefined; packet = splitter.next()) {
      if (packet === 'broken') return { packets, publishes, broken: true };
      packets.push(Buffer.from(packet.bytes));
      const publish = packet.type === 3 ? reader.read(packet) : undefined;
      if (publish) publishes.push({ ...publish, payload: Buffer.from(publish.payload) });
    }
  }
  return { packets, publishes, broken: false };
}

test('packets come out whole and in order, however the stream is cut', () => {
  const streams = fc.array(packetArbitrary, { maxLength: 8 });
  fc.assert(
    fc.property(streams, fc.array(fc.nat(), { maxLength: 30 }), (sent, cuts) => {
      const encoded = sent.map((packet) => generate(packet));
      const { packets, publishes, broken } = split(Buffer.concat(encoded), cuts);
      expect(broken).toBe(false);
      expect(packets).toEqual(encoded);
      const expected = sent.flatMap((packet) =>
        packet.cmd === 'publish' && packet.qos < 2
          ? [
              {
                topic: packet.topic,
                payload: packet.payload,
                messageId: packet.qos === 1 ? packet.messageId : undefined,
              },
            ]
          : [],
      );
      expect(publishes).toEqual(expected);
    }),
  );
});

test('a packet that is announced too long ends the stream before its bytes come, at every cut', () => {
  const stream = Buffer.from([0xc0, 0, 0x30, 0xc9, 0x01]); // 201 bytes
  for (let cut = 0; cut <= stream.length; cut += 1) {
    expect(split(stream, [cut], 200)).toMatchObject({ broken: true, packets: [Buffer.from([0xc0, 0])] });
    expect(split(stream, [cut], 201)).toMatchObject({ broken: false });
  }
  expect(split(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff]), [], 1e9), 'a length of five bytes').toMatchObject({
    broken: true,
  });
});

test('arbitrary bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
      expect(() => split(Buffer.from(bytes), cuts, 300)).not.toThrow();
    }),
  );
});

test('topics with wildcards, without text or with too many levels are no publishes', () => {
  const read = (topic: string): DevicePublish | undefined => {
    const text = Buffer.from(topic);
    const bytes = Buffer.concat([Buffer.from([0, text.length]), text]);
    const packet = Object.assign(new Packet(), { type: 3, buffer: bytes, end: bytes.length });
    return new PublishReader().read(packet);
  };
  expect(read('a/b')).toMatchObject({ topic: 'a/b' });
  for (const topic of ['a/#', 'a/+/b', '', 'a\0', '/'.repeat(200)]) {
    expect(read(topic), JSON.stringify(topic)).toBeUndefined();
  }
});

test('acknowledgements of many messages are one piece', () => {
  const expected = [1, 300, 65_535].map((messageId) => generate({ cmd: 'puback', messageId }));
  expect(encodePubacks([1, 300, 65_535])).toEqual(Buffer.concat(expected));
});
