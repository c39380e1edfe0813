import { expect, test } from 'vitest';

import { deviceSchema } from './gateway-file.ts';
import { readingsOfOldFrame } from './replay.ts';
import { measuring, sensorSettings } from './test-site.ts';

const RECEIVED_AT_MS = Date.UTC(2026, 10, 1, 12);

function tasmotaFrame(body: unknown) {
  return { topic: 'tele/a/SENSOR', payload: Buffer.from(JSON.stringify(body)), receivedAtMs: RECEIVED_AT_MS };
}

test('a reading made later keeps the time the frame came, and is history: it may never order', () => {
  const settings = deviceSchema.parse(sensorSettings('a'));
  const { topic, payload } = measuring('a', 7);
  const made = readingsOfOldFrame(settings, { topic, payload: Buffer.from(payload), receivedAtMs: RECEIVED_AT_MS });
  expect(made).toEqual({
    ok: true,
    readings: [
      {
        kind: 'level',
        deviceId: 'a',
        sensorId: 'VL53L0X',
        receivedAtMs: RECEIVED_AT_MS,
        clockQuality: 'gateway',
        quality: 'good',
        historical: true,
        distanceMm: 7,
      },
    ],
  });
});

test('a weight is told though nothing came after it to show that it rests', () => {
  const settings = deviceSchema.parse({ ...sensorSettings('a'), sensors: [{ filter: { stableForMs: 5_000 } }] });
  const made = readingsOfOldFrame(settings, tasmotaFrame({ Time: '2026-11-01T12:00:00', HX711: { Weight: 1.5 } }));
  expect(made).toMatchObject({ ok: true, readings: [{ kind: 'weight', netGrams: 1_500, quality: 'good' }] });
});
