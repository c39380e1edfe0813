import type { AlertChannel, AlertSeverity } from '@shelfwire/contract/api';

import { localTime } from '../replenishment/calendar.ts';

export interface AlertToTell {
  alertId: string;
  tenantId: string;
  siteId: string | null;
  kind: string;
  severity: AlertSeverity;
  title: string;
  detail: string;
  raisedAtMs: number;
  escalationLevel: number;
  resolvedAtMs: number | null;
  /** Of the order that it is about, where that is traced. */
  traceparent: string | null;
}

const RANK: Readonly<Record<AlertSeverity, number>> = { info: 0, warning: 1, critical: 2 };

/**
 * What a channel is to be told now, all in one message. Critical alerts wait for nothing. The others wait until the oldest
 * of them is as old as the digest, so that what comes together is told together, and until the quiet hours are over.
 * @param untold alerts that this channel has not been told of, or not of their end
 */
export function digestOf(channel: AlertChannel, untold: readonly AlertToTell[], nowMs: number): AlertToTell[] {
  const concerned = untold.filter(
    (alert) => RANK[alert.severity] >= RANK[channel.minSeverity] && alert.escalationLevel >= channel.escalationLevel,
  );
  const open = concerned.filter((alert) => alert.resolvedAtMs === null);
  const critical = open.filter((alert) => alert.severity === 'critical');
  if (isQuiet(channel, nowMs)) return critical;
  const oldestMs = Math.min(...open.map((alert) => alert.raisedAtMs));
  if (critical.length === 0 && oldestMs + channel.digestMinutes * 60_000 > nowMs) return [];
  // That something is over is said with the next message, and is no reason for one.
  return open.length === 0 ? [] : concerned;
}

export function isQuiet({ quietHours }: Pick<AlertChannel, 'quietHours'>, nowMs: number): boolean {
  if (quietHours === null) return false;
  const { minutes } = localTime(quietHours.timeZone, nowMs);
  const [from, to] = [minutesOf(quietHours.from), minutesOf(quietHours.to)];
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}

function minutesOf(timeOfDay: string): number {
  const [hours = 0, minutes = 0] = timeOfDay.split(':').map(Number);
  return hours * 60 + minutes;
}
