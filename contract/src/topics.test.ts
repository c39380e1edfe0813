import fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatTopic, parseTopic, type Topic } from './topics.ts';

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,20}$/);
const address = { tenantId: id, siteId: id };
const topic: fc.Arbitrary<Topic> = fc.oneof(
  fc.record({ channel: fc.constantFrom('readings', 'config', 'stock', 'orders'), ...address }),
  fc.record({ channel: fc.constant('confirmations'), consumer: fc.constantFrom('ingest', 'reorder'), ...address }),
  fc.record({ channel: fc.constant('status'), gatewayId: id, ...address }),
);

test('every topic that is built is read back as it was', () => {
  fc.assert(
    fc.property(topic, (value) => {
      expect(parseTopic(formatTopic(value))).toEqual(value);
    }),
  );
});

test('the topics are those of the design', () => {
  const site = { tenantId: 'demo', siteId: 'plant-1' };
  expect(formatTopic({ channel: 'readings', ...site })).toBe('shelfwire/v1/demo/plant-1/readings');
  expect(formatTopic({ channel: 'confirmations', consumer: 'ingest', ...site })).toBe(
    'shelfwire/v1/demo/plant-1/confirmations/ingest',
  );
  expect(formatTopic({ channel: 'status', gatewayId: 'gw-1', ...site })).toBe(
    'shelfwire/v1/demo/plant-1/gateways/gw-1/status',
  );
});

test('an id with a wildcard, a slash or a space never becomes a topic', () => {
  for (const tenantId of ['+', '#', 'a/b', 'a b', '', '$SYS']) {
    expect(() => formatTopic({ channel: 'readings', tenantId, siteId: 's' })).toThrow(RangeError);
  }
});

test('any other text is none of our topics, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseTopic(text);
      expect(parsed === undefined || formatTopic(parsed) === text).toBe(true);
    }),
  );
  for (const text of [
    'shelfwire/v2/demo/plant-1/readings',
    'shelfwire/v1/demo/plant-1/readings/more',
    'shelfwire/v1/demo/plant-1/confirmations/someone',
    'shelfwire/v1/demo/plant-1/gateways/gw-1',
  ]) {
    expect(parseTopic(text), text).toBeUndefined();
  }
});
