import type { AlertChannel } from '../api/types';
import type { ChannelToPut } from './queries';

export const KIND_WORDS: Readonly<Record<AlertChannel['kind'], string>> = { email: 'Email', webhook: 'Webhook' };

export const SEVERITY_WORDS: Readonly<Record<AlertChannel['minSeverity'], string>> = {
  info: 'Everything',
  warning: 'Warnings and critical alerts',
  critical: 'Critical alerts only',
};

/** By the level that an alert has reached when this channel is told. */
export const LEVEL_WORDS = ['At once', 'When nobody has taken it on', 'When still nobody has taken it on'] as const;

/** What is sent there and when, in one sentence. */
export function describeChannel({ minSeverity, escalationLevel, digestMinutes, quietHours }: ChannelToPut): string {
  const gathered =
    minSeverity === 'critical'
      ? ''
      : digestMinutes === 0
        ? ', each by itself'
        : `, gathered for ${digestMinutes} ${digestMinutes === 1 ? 'minute' : 'minutes'}`;
  const when = (LEVEL_WORDS[escalationLevel] ?? LEVEL_WORDS[0]).toLowerCase();
  const quiet =
    quietHours === null || minSeverity === 'critical'
      ? ''
      : ` From ${quietHours.from} to ${quietHours.to} (${quietHours.timeZone}) only critical ones.`;
  return `${SEVERITY_WORDS[minSeverity]}, ${when}${gathered}.${quiet}`;
}

/** A channel's id from what people call it: `Night shift` → `night-shift`; with a number where there is one already. */
export function channelIdOf(target: string, taken: readonly string[]): string {
  const words = target
    .replace(/^https?:\/\//, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  const first = words === '' ? 'channel' : words;
  for (let number = 1; ; number += 1) {
    const channelId = number === 1 ? first : `${first}-${number}`;
    if (!taken.includes(channelId)) return channelId;
  }
}
