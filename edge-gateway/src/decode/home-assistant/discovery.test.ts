import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { decoderOfModel } from '../decoder-case.ts';
import { findDecoderModel } from '../registry.ts';
import { readDiscovery } from './discovery.ts';
import { type SuggestedDevice, suggestDevices } from './suggestion.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** What the suggestion's own decoder makes of a message of the device. */
function decodeWith(suggestion: SuggestedDevice | undefined, topic: string, payload: string): unknown {
  const model = findDecoderModel(suggestion?.model ?? '');
  if (model === undefined || suggestion === undefined) return undefined;
  return decoderOfModel(model, suggestion.constants).decode({ payload: Buffer.from(payload), topic, receivedAtMs: 0 });
}

describe('Home Assistant discovery', () => {
  test('an ESPHome scale becomes an entry whose decoder reads its states', () => {
    const config = {
      name: 'Bin Weight',
      stat_t: 'shelf/sensor/bin_weight/state',
      unit_of_meas: 'kg',
      dev_cla: 'weight',
      uniq_id: 'u1',
      dev: { ids: 'a1', name: 'shelf' },
    };
    const battery = {
      name: 'Battery',
      stat_t: 'shelf/sensor/battery/state',
      unit_of_meas: '%',
      dev_cla: 'battery',
      dev: { ids: 'a1', name: 'shelf' },
    };
    const entities = [
      ...readDiscovery('homeassistant/sensor/shelf/bin_weight/config', bytes(config)),
      ...readDiscovery('homeassistant/sensor/shelf/battery/config', bytes(battery)),
    ];
    const [suggestion] = suggestDevices(entities);
    expect(suggestion).toMatchObject({
      deviceId: 'shelf',
      model: 'esphome',
      topics: ['shelf/sensor/bin_weight/state', 'shelf/sensor/battery/state'],
      constants: { units: { bin_weight: 'kg', battery: 'battery%' } },
    });
    expect(decodeWith(suggestion, 'shelf/sensor/bin_weight/state', '1.5')).toMatchObject({
      samples: [{ grams: 1500 }],
    });
  });

  test('an unknown device with templates becomes rules, with its base topic filled in', () => {
    const config = {
      '~': 'acme/7',
      state_topic: '~/data',
      value_template: "{{ value_json.scale['net weight'] | float(0) }}",
      unit_of_measurement: 'g',
      unique_id: 'acme 7/net',
      device: { identifiers: ['acme-7'], manufacturer: 'Acme' },
    };
    const [suggestion] = suggestDevices(readDiscovery('ha/sensor/acme/net/config', bytes(config)));
    expect(suggestion).toMatchObject({ deviceId: 'acme-7', model: 'declarative', topics: ['acme/7/data'] });
    expect(decodeWith(suggestion, 'acme/7/data', '{"scale":{"net weight":12.5}}')).toEqual({
      ok: true,
      samples: [{ kind: 'weight', sensorId: 'acme-7-net', grams: 12.5, stability: 'unknown' }],
    });
  });

  test('a device announced in one message is read entity by entity', () => {
    const config = {
      dev: { ids: ['0x00158d', 'x'], name: 'tank' },
      o: { name: 'Zigbee2MQTT' },
      stat_t: 'zigbee2mqtt/tank',
      cmps: {
        level: { p: 'sensor', unit_of_meas: '%', val_tpl: '{{ value_json.liquid_level_percent }}' },
        humidity: { p: 'sensor', unit_of_meas: '%', dev_cla: 'humidity', val_tpl: '{{ value_json.humidity }}' },
        relay: { p: 'switch', cmd_t: 'zigbee2mqtt/tank/set' },
      },
    };
    const [suggestion, ...others] = suggestDevices(
      readDiscovery('homeassistant/device/0x00158d/config', bytes(config)),
    );
    expect(others).toEqual([]);
    expect(suggestion).toMatchObject({ deviceId: 'tank', model: 'zigbee2mqtt', reads: ['level (%)'] });
    expect(decodeWith(suggestion, 'zigbee2mqtt/tank', '{"liquid_level_percent":40,"humidity":80}')).toMatchObject({
      samples: [{ kind: 'level', fillRatio: 0.4 }],
    });
  });

  test('what measures nothing we keep, and what is no announcement, suggests nothing', () => {
    const power = { state_topic: 'plug/power', unit_of_measurement: 'W', unique_id: 'p' };
    expect(suggestDevices(readDiscovery('homeassistant/sensor/plug/config', bytes(power)))).toEqual([]);
    expect(readDiscovery('homeassistant/sensor/plug/config', new Uint8Array())).toEqual([]);
    expect(readDiscovery('homeassistant/status', Buffer.from('online'))).toEqual([]);
    expect(readDiscovery('homeassistant/sensor/plug/config', Buffer.from('{'))).toEqual([]);
    const wide = { state_topic: '#', unit_of_measurement: 'kg' };
    expect(readDiscovery('homeassistant/sensor/plug/config', bytes(wide))).toEqual([]);
  });
});

const projectRoot = fileURLToPath(new URL('../../../..', import.meta.url));

describe.runIf(needsSharedData('payloads', projectRoot))('the announcement handed out', () => {
  test('is a thermometer, whose value its suggestion reads', () => {
    const file = join(projectRoot, '..', 'shared', 'payloads', 'homeassistant-discovery-sensor-config.json');
    const entities = readDiscovery('homeassistant/sensor/ATC_264902_temp/config', readFileSync(file));
    const [suggestion] = suggestDevices(entities);
    expect(suggestion).toMatchObject({
      deviceId: 'ATC_264902',
      topics: ['tele/tasmota_ble/ATC264902'],
      model: 'declarative',
    });
    expect(decodeWith(suggestion, 'tele/tasmota_ble/ATC264902', '{"Temperature":21.4}')).toMatchObject({
      samples: [{ kind: 'health', temperatureC: 21.4 }],
    });
  });
});
