import { describe, expect, test } from 'vitest';

import { PendingDevices } from './pending-devices.ts';

const NOW_MS = 1_772_600_767_000;

function pendingAfter(messages: readonly (readonly [topic: string, payload: unknown])[]) {
  const devices = new PendingDevices();
  devices.signedIn('new', 'client', 'token', NOW_MS);
  for (const [topic, payload] of messages) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    devices.heard('new', { topic, payload: Buffer.from(text), receivedAtMs: NOW_MS });
  }
  return devices.list()[0];
}

describe('a device that waits for approval', () => {
  test('is recognised by what it announced for Home Assistant, also after many readings', () => {
    const config = {
      stat_t: 'shelf/sensor/bin/state',
      unit_of_meas: 'kg',
      dev_cla: 'weight',
      uniq_id: 'u1',
      dev: { ids: 'a', name: 'shelf' },
    };
    const states = Array.from({ length: 40 }, () => ['shelf/sensor/bin/state', '1.5'] as const);
    const pending = pendingAfter([['homeassistant/sensor/shelf/bin/config', config], ...states]);
    expect(pending?.suggestions).toMatchObject([
      { deviceId: 'shelf', model: 'esphome', topics: ['shelf/sensor/bin/state'], constants: { units: { bin: 'kg' } } },
    ]);
  });

  test('in a LoRaWAN envelope is recognised with what is inside', () => {
    const uplink = {
      deviceInfo: { devEui: 'a840410000000001' },
      fPort: 85,
      data: Buffer.from('01755a0382d204', 'hex').toString('base64'),
    };
    const [best] = pendingAfter([['application/1/device/a840410000000001/event/up', uplink]])?.fits ?? [];
    expect(best).toMatchObject({ model: 'chirpstack-v4', inside: 'milesight-em310-udl', framesUnderstood: 1 });
    expect(best?.samples).toContainEqual({ kind: 'level', distanceMm: 1234 });
  });
});
