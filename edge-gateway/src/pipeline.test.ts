import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';
import { expect, test } from 'vitest';

import type { Decoder } from './decode/decoder.ts';
import { createDevice, type Device } from './devices/device.ts';
import { GatewayEvents } from './events.ts';
import { deviceSchema } from './gateway-file.ts';
import { createSiteNormalizer } from './normalize/normalizer.ts';
import { OutboxFullError } from './outbox/full-error.ts';
import { Pipeline } from './pipeline.ts';
import { Quarantine } from './quarantine.ts';
import { measuring, sensorSettings, temporaryFolder } from './test-site.ts';

const settings = deviceSchema.parse(sensorSettings('level-1'));

function frameOf(distanceMm: number) {
  const { topic, payload } = measuring('level-1', distanceMm);
  return { topic, payload: Buffer.from(payload), receivedAtMs: 1_790_000_000_000 + distanceMm };
}

async function createPipeline() {
  const data = await temporaryFolder();
  const kept: number[] = [];
  const disk = { full: false };
  const events = new GatewayEvents(createLogger('test', { level: 'silent' }), new ServiceMetrics());
  const pipeline = new Pipeline({
    normalizer: createSiteNormalizer([settings]),
    quarantine: new Quarantine({ folder: data.folder, sizeBytesMax: 1e6 }),
    events,
    append: async (readings) => {
      await Promise.resolve();
      if (disk.full) throw new OutboxFullError('bytes');
      for (const reading of readings) if (reading.kind === 'level') kept.push(reading.distanceMm ?? 0);
    },
  });
  return { pipeline, events, kept, disk, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() };
}

test('a frame whose reading the disk refused is not acknowledged, and its repeat is, though it says nothing new', async () => {
  await using site = await createPipeline();
  const device = createDevice(settings);
  site.disk.full = true;
  expect(await site.pipeline.receive(device, frameOf(5), 'mqtt')).toEqual({ kept: false });
  expect(await site.pipeline.receive(device, frameOf(5), 'mqtt')).toEqual({ kept: false });
  site.disk.full = false;
  expect(await site.pipeline.receive(device, frameOf(5), 'mqtt')).toEqual({ kept: true });
  expect(new Set(site.kept)).toEqual(new Set([5]));
});

test('frames that wait behind a refused one are refused with it, so that none overtakes it', async () => {
  await using site = await createPipeline();
  const device = createDevice(settings);
  site.disk.full = true;
  const waiting = [1, 2, 3, 4].map((distanceMm) => site.pipeline.receive(device, frameOf(distanceMm), 'mqtt'));
  const outcomes = await Promise.all(waiting);
  site.disk.full = false;
  expect(outcomes).toEqual(outcomes.map(() => ({ kept: false })));
  for (const distanceMm of [1, 2, 3, 4]) await site.pipeline.receive(device, frameOf(distanceMm), 'mqtt');
  expect([...new Set(site.kept)], 'repeats aside').toEqual([1, 2, 3, 4]);
});

test('a frame on which a decoder fails is set aside and acknowledged: it must not come again for ever', async () => {
  await using site = await createPipeline();
  const failing: Decoder = {
    decode: () => {
      throw new Error('index out of bounds');
    },
  };
  const device: Device = { ...createDevice(settings), decoder: failing };
  expect(await site.pipeline.receive(device, frameOf(5), 'mqtt')).toEqual({ kept: true });
  expect(site.events.counters).toMatchObject({ framesReceived: 1, framesQuarantined: 1 });
});

test('a tag with absurdly long memory is set aside, its neighbours are kept', async () => {
  await using site = await createPipeline();
  const tags: Decoder = {
    decode: () => ({
      ok: true,
      samples: [
        { kind: 'tag', epcHex: 'AB'.repeat(100_000) },
        { kind: 'level', distanceMm: 7 },
      ],
    }),
  };
  const device: Device = { ...createDevice(settings), decoder: tags };
  expect(await site.pipeline.receive(device, frameOf(5), 'mqtt')).toEqual({ kept: true });
  expect(site.kept).toEqual([7]);
  expect(site.events.counters).toMatchObject({ framesQuarantined: 1 });
});

test('a weight that still moves and cannot be noted while the disk is busy is not acknowledged, and ends nothing', async () => {
  await using data = await temporaryFolder();
  const normalizer = createSiteNormalizer([settings]);
  normalizer.isSettling = () => true;
  const disk = Promise.withResolvers<void>();
  let refusals = 0;
  const pipeline = new Pipeline({
    normalizer,
    journal: {
      devices: [],
      settled: () => undefined,
      keep: () => {
        refusals += 1;
        return Promise.reject(new Error('ENOSPC: no space left on device'));
      },
    },
    quarantine: new Quarantine({ folder: data.folder, sizeBytesMax: 1e6 }),
    events: new GatewayEvents(createLogger('test', { level: 'silent' }), new ServiceMetrics()),
    append: () => disk.promise,
  });
  const answer = pipeline.receive(createDevice(settings), frameOf(5), 'mqtt');
  // A turn of the event loop, at whose end a failure nobody waits for would end the process.
  await new Promise((resolve) => setImmediate(resolve));
  disk.resolve();
  expect(await answer).toEqual({ kept: false });
  expect(refusals).toBe(1);
});
