import { describe, expect, test } from 'vitest';

import { UnclaimedTopics } from './unclaimed-topics.ts';

const NOW_MS = 1_772_600_767_000;

function heard(messages: readonly (readonly [topic: string, payload: unknown])[]): UnclaimedTopics {
  const unclaimed = new UnclaimedTopics();
  for (const [index, [topic, payload]] of messages.entries()) {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    unclaimed.heard({ topic, payload: Buffer.from(text), receivedAtMs: NOW_MS + index });
  }
  return unclaimed;
}

describe("on a broker of the site's own", () => {
  test('what nobody has configured is told apart by its topics, with the decoders that fit', () => {
    const unclaimed = heard([
      ['tele/scale-1/SENSOR', { Time: '2026-01-01T00:00:00', HX711: { Weight: 1.5 } }],
      ['zigbee2mqtt/tank', { fill_level: 40, battery: 90 }],
      ['tele/scale-1/STATE', { Time: '2026-01-01T00:00:00', Wifi: { Signal: -60 } }],
    ]);
    expect(unclaimed.list()).toMatchObject([
      { name: 'tank', topics: ['zigbee2mqtt/tank'], fits: [{ model: 'zigbee2mqtt' }] },
      { name: 'scale-1', topics: ['tele/scale-1/SENSOR', 'tele/scale-1/STATE'], fits: [{ model: 'tasmota' }] },
    ]);
    expect(unclaimed.topicsOf('scale-1')).toHaveLength(2);
    unclaimed.remove('scale-1');
    expect(unclaimed.list()).toHaveLength(1);
  });

  test('what announced itself for Home Assistant comes with the entry that would read it', () => {
    const config = {
      stat_t: 'shelf/sensor/bin/state',
      unit_of_meas: 'kg',
      dev_cla: 'weight',
      uniq_id: 'u1',
      dev: { ids: 'a', name: 'shelf' },
    };
    const unclaimed = heard([
      ['homeassistant/sensor/shelf/bin/config', config],
      ['shelf/sensor/bin/state', '1.5'],
    ]);
    expect(unclaimed.list()).toMatchObject([
      { name: 'shelf', suggestions: [{ model: 'esphome', constants: { units: { bin: 'kg' } } }] },
    ]);
  });

  test('memory is bounded: the device that has been silent longest is forgotten', () => {
    const unclaimed = heard(
      Array.from({ length: 500 }, (_, index) => [`zigbee2mqtt/tank-${index % 250}`, { fill_level: 1 }] as const),
    );
    const names = unclaimed.list().map(({ name }) => name);
    expect(names).toHaveLength(200);
    expect(names).not.toContain('tank-0');
    expect(names).toContain('tank-249');
  });
});
