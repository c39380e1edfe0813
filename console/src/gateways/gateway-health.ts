import type { Gateway } from '../api/types';

/** A gateway reports every half minute; after so long without a word something is wrong between it and the centre. */
const SILENT_AFTER_MS = 3 * 60_000;
/** What waits longer than this at the site is not just the last few seconds. */
const BEHIND_AFTER_MS = 5 * 60_000;

export interface GatewayHealth {
  label: string;
  color: string;
  meaning: string;
}

/** In one word how it is, the worst first. */
export function healthOf({ status }: Gateway, nowMs: number): GatewayHealth {
  if (status === null) return { label: 'Never heard', color: 'gray', meaning: 'It has not reported to the centre yet' };
  if (!status.online)
    return {
      label: 'Offline',
      color: 'red',
      meaning: 'Its connection to the centre is down; it keeps readings meanwhile',
    };
  if (status.lastSeenAtMs === null || nowMs - status.lastSeenAtMs > SILENT_AFTER_MS) {
    return { label: 'Silent', color: 'orange', meaning: 'It is connected, but has not reported for minutes' };
  }
  if (status.oldestQueuedAtMs !== null && nowMs - status.oldestQueuedAtMs > BEHIND_AFTER_MS) {
    return { label: 'Behind', color: 'yellow', meaning: 'Readings wait at the site for longer than they should' };
  }
  return { label: 'Online', color: 'teal', meaning: 'It reports, and its readings come through' };
}
