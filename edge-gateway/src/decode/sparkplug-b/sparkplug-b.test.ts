import { deflateSync, gzipSync } from 'node:zlib';

import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';

import type { DecodeResult, Decoder } from '../decoder.ts';
import { decoderOfModel } from '../decoder-case.ts';
import { sparkplugBModel } from './decoder.ts';
import { MetricSchema, PayloadSchema, TemplateSchema } from './generated/sparkplug-b_pb.ts';
import { sampleOfMetric } from './metric-meaning.ts';
import { readPayload, valueOf } from './payload.ts';

const START_MS = 1_772_600_767_000;
type MetricInit = Parameters<typeof create<typeof MetricSchema>>[1];

const NODE_BIRTH = payload(0, [
  { name: 'Node Control/Rebirth', datatype: 11, value: { case: 'booleanValue', value: false } },
]);
const DEVICE_BIRTH = payload(1, [
  { name: 'Weight_kg', alias: 7n, datatype: 10, value: { case: 'doubleValue', value: 1 } },
]);

describe('sequence numbers', () => {
  test('go on from 255 to 0 without a rebirth', () => {
    const decoder = bornDecoder();
    const results = Array.from({ length: 600 }, (_unused, index) => data(decoder, (index + 2) % 256, index));
    expect(results.every((result) => result.ok && result.reply === undefined)).toBe(true);
  });

  test('with a gap ask once, again only after a while that grows, and not again after the birth', () => {
    const decoder = bornDecoder();
    const askedAfterMs: number[] = [];
    for (let atMs = 0; atMs <= 100_000; atMs += 1_000) {
      if (data(decoder, atMs % 2_000 === 0 ? 10 : 20, atMs).reply) askedAfterMs.push(atMs);
    }
    expect(askedAfterMs).toEqual([0, 10_000, 30_000, 70_000]);
    send(decoder, 'NBIRTH/edge', NODE_BIRTH, 101_000);
    send(decoder, 'DBIRTH/edge/shelf', DEVICE_BIRTH, 101_000);
    expect(data(decoder, 2, 102_000).reply).toBeUndefined();
  });

  test('count node and devices together', () => {
    const decoder = bornDecoder();
    expect(send(decoder, 'NDATA/edge', payload(2, []), 0).reply).toBeUndefined();
    expect(data(decoder, 3, 0).reply).toBeUndefined();
    expect(data(decoder, 3, 0).reply).toBeUndefined(); // the same again: it was not acknowledged
    expect(data(decoder, 5, 0).reply).toBeDefined();
  });
});

describe('a death', () => {
  test('of the node makes its aliases unknown', () => {
    const decoder = bornDecoder();
    send(decoder, 'NDEATH/edge', payload(undefined, []), 0);
    expect(data(decoder, 2, 0)).toMatchObject({
      ok: false,
      kind: 'needs-birth',
      reply: { topic: 'spBv1.0/g/NCMD/edge' },
    });
  });

  test('of a device leaves the others alone', () => {
    const decoder = bornDecoder();
    send(decoder, 'DBIRTH/edge/other', payload(2, []), 0);
    send(decoder, 'DDEATH/edge/other', payload(3, []), 0);
    expect(data(decoder, 4, 0)).toMatchObject({ ok: true, samples: [{ kind: 'weight', grams: 2_000 }] });
  });
});

test('a template instance is read member by member, named below it, by its alias too', () => {
  const decoder = bornDecoder();
  const members = (value: number): MetricInit => ({
    alias: 20n,
    value: {
      case: 'templateValue',
      value: toBinary(
        TemplateSchema,
        create(TemplateSchema, { metrics: [{ name: 'Weight_g', value: { case: 'doubleValue', value } }] }),
      ),
    },
  });
  const birth = send(decoder, 'DBIRTH/edge/shelf', payload(2, [{ ...members(5), name: 'Bin1' }]), 0);
  expect(birth).toMatchObject({ samples: [{ sensorId: 'shelf:Bin1-Weight_g', grams: 5 }] });
  const next = send(decoder, 'DDATA/edge/shelf', payload(3, [members(6)]), 0);
  expect(next).toMatchObject({ samples: [{ sensorId: 'shelf:Bin1-Weight_g', grams: 6 }] });
});

test.each([
  ['GZIP', gzipSync],
  ['DEFLATE', deflateSync],
] as const)('a payload compressed by %s is read', (algorithm, compress) => {
  const bytes = toBinary(
    PayloadSchema,
    create(PayloadSchema, {
      uuid: 'SPBV1.0_COMPRESSED',
      body: compress(DEVICE_BIRTH),
      metrics: [{ name: 'algorithm', datatype: 12, value: { case: 'stringValue', value: algorithm } }],
    }),
  );
  expect(send(bornDecoder(), 'DBIRTH/edge/shelf', bytes, 0)).toMatchObject({ ok: true, samples: [{ grams: 1_000 }] });
});

test('a compressed payload that unpacks without end is refused', () => {
  const body = gzipSync(new Uint8Array(20_000_000));
  const metrics = [{ name: 'algorithm', value: { case: 'stringValue' as const, value: 'GZIP' } }];
  const bytes = toBinary(PayloadSchema, create(PayloadSchema, { uuid: 'SPBV1.0_COMPRESSED', body, metrics }));
  expect(send(bornDecoder(), 'DDATA/edge/shelf', bytes, 0)).toMatchObject({ ok: false, kind: 'malformed' });
});

test('the rebirth request is the command of the specification', () => {
  const { reply } = data(decoderOfModel(sparkplugBModel, {}), 2, 0);
  const sent = reply?.to === 'topic' ? readPayload(reply.payload) : undefined;
  expect(sent?.metrics).toMatchObject([{ name: 'Node Control/Rebirth', datatype: 11 }]);
  expect(sent?.metrics.map((metric) => valueOf(metric, 11))).toEqual([true]);
});

test('payloads that came without a topic are told apart by what they carry', () => {
  const decoder = decoderOfModel(sparkplugBModel, {});
  const samples = [DEVICE_BIRTH, dataPayload(2)].map((bytes) =>
    decoder.decode({ payload: bytes, receivedAtMs: START_MS }),
  );
  expect(samples).toMatchObject([{ samples: [{ grams: 1_000 }] }, { samples: [{ grams: 2_000 }] }]);
});

test.each([
  ['Int8 filled up with its sign', { case: 'intValue', value: 0xffff_fffb }, 1, -5],
  ['Int8 not filled up', { case: 'intValue', value: 0xfb }, 1, -5],
  ['Int16', { case: 'intValue', value: 0xfffb }, 2, -5],
  ['Int32', { case: 'intValue', value: 0xffff_fffb }, 3, -5],
  ['UInt32', { case: 'intValue', value: 0xffff_fffb }, 7, 4_294_967_291],
  ['Int64', { case: 'longValue', value: 2n ** 64n - 5n }, 4, -5],
  ['Float as the decimal that was meant', { case: 'floatValue', value: Math.fround(12.3) }, 9, 12.3],
  ['Double that is none', { case: 'doubleValue', value: Number.NaN }, 10, undefined],
] as const)('reads %s', (_what, wire, datatype, value) => {
  expect(valueOf({ historical: false, wire }, datatype)).toBe(value);
});

test.each([
  ['Weight', 'kg', 1.5, { kind: 'weight', grams: 1_500 }],
  ['Shelf/NetWeight_g', undefined, 1.5, { kind: 'weight', grams: 1.5, isNet: true }],
  ['Gross', 'kg', 1.5, { kind: 'weight', grams: 1_500, isNet: false }],
  ['Network Weight', 'kg', 1.5, { kind: 'weight', grams: 1_500 }],
  ['Tare Weight', 'kg', 1.5, undefined],
  ['Weight', undefined, 1.5, { kind: 'raw', counts: 1.5 }],
  ['Bin/Fill Level', '%', 12.5, { kind: 'level', fillRatio: 0.125 }],
  ['Bin/Distance', 'cm', 31.5, { kind: 'level', distanceMm: 315 }],
  ['Piece Count', undefined, 12, { kind: 'count', pieces: 12 }],
  ['Temperature', '°F', 212, { kind: 'health', temperatureC: 100 }],
  ['Battery', 'V', 3.6, { kind: 'health', batteryVolts: 3.6 }],
  ['Battery', '%', 36, { kind: 'health', batteryRatio: 0.36 }],
  ['Motor Speed', 'rpm', 1_500, undefined],
] as const)('understands the metric %s in %s', (name, unit, value, sample) => {
  const metric = { name, value, ...(unit !== undefined && { unit }) };
  const expected = sample?.kind === 'weight' ? { ...sample, stability: 'unknown' } : sample;
  expect(sampleOfMetric(metric, undefined, {}, 'unknown')).toEqual(expected);
});

function bornDecoder(): Decoder {
  const decoder = decoderOfModel(sparkplugBModel, {});
  send(decoder, 'NBIRTH/edge', NODE_BIRTH, 0);
  send(decoder, 'DBIRTH/edge/shelf', DEVICE_BIRTH, 0);
  return decoder;
}

function data(decoder: Decoder, seq: number, afterMs: number): DecodeResult {
  return send(decoder, 'DDATA/edge/shelf', dataPayload(seq), afterMs);
}

function dataPayload(seq: number): Uint8Array {
  return payload(seq, [{ alias: 7n, value: { case: 'doubleValue', value: 2 } }]);
}

function send(decoder: Decoder, topic: string, bytes: Uint8Array, afterMs: number): DecodeResult {
  return decoder.decode({ payload: bytes, topic: `spBv1.0/g/${topic}`, receivedAtMs: START_MS + afterMs });
}

function payload(seq: number | undefined, metrics: MetricInit[]): Uint8Array {
  const message = create(PayloadSchema, {
    timestamp: BigInt(START_MS),
    metrics: metrics.map((metric) => create(MetricSchema, metric)),
    ...(seq !== undefined && { seq: BigInt(seq) }),
  });
  return toBinary(PayloadSchema, message);
}
