import { expect, test } from 'vitest';

import { channelIdOf, describeChannel } from './channel-words';
import type { ChannelToPut } from './queries';

const CHANNEL: ChannelToPut = {
  channelId: 'store',
  kind: 'email',
  target: 'store@plant.example',
  minSeverity: 'warning',
  escalationLevel: 0,
  digestMinutes: 5,
  quietHours: null,
};

test('a channel says in one sentence what is sent there, and when', () => {
  expect(describeChannel(CHANNEL)).toBe('Warnings and critical alerts, at once, gathered for 5 minutes.');
  const quietHours = { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' };
  expect(describeChannel({ ...CHANNEL, minSeverity: 'info', digestMinutes: 0, quietHours })).toBe(
    'Everything, at once, each by itself. From 22:00 to 06:00 (Europe/Berlin) only critical ones.',
  );
});

test('of a channel that gets critical alerts only, nothing is said that holds for the others', () => {
  const quietHours = { from: '22:00', to: '06:00', timeZone: 'UTC' };
  expect(describeChannel({ ...CHANNEL, minSeverity: 'critical', escalationLevel: 1, quietHours })).toBe(
    'Critical alerts only, when nobody has taken it on.',
  );
});

test('a channel is named after its address, and never like one that is there', () => {
  expect(channelIdOf('store@plant.example', [])).toBe('store-plant-example');
  expect(channelIdOf('store@plant.example', ['store-plant-example'])).toBe('store-plant-example-2');
  expect(channelIdOf('https://chat.example/hook?x=1', [])).toBe('chat-example-hook-x-1');
  expect(channelIdOf('…', [])).toBe('channel');
});
