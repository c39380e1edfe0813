import type { ParkedGroup } from '../api/types';
import { isObject, textAt } from '../orders/proof-words';

const SENSOR_KINDS = ['weight', 'level', 'tag', 'count', 'button'] as const;
export type SensorKind = (typeof SENSOR_KINDS)[number];

interface ReasonLook {
  title: string;
  /** What can be done about it. */
  todo: string;
}

const REASON_LOOKS: Readonly<Record<string, ReasonLook>> = {
  'unknown-device': {
    title: 'No bin is known for this device',
    todo: 'Say which bin it looks into: its readings are accounted then, each at its own time.',
  },
  'unknown-site': {
    title: 'The site is not known',
    todo: 'An administrator adds the site to the catalogue; then try again.',
  },
  malformed: {
    title: 'It cannot be read',
    todo: 'It is no reading, and cannot become one: look at the device’s set-up, then discard it.',
  },
  unusable: {
    title: 'No quantity follows from it',
    todo: 'The item may lack a piece weight, or the bin its geometry: correct the catalogue, then try again.',
  },
  'handler-failed': {
    title: 'Accounting it failed',
    todo: 'Try again; if it stays, tell an administrator.',
  },
  'too-late': {
    title: 'It came too late',
    todo: 'The ledger of that time is closed: count the bin, then discard it.',
  },
};

export function describeReason(reason: string): ReasonLook {
  return REASON_LOOKS[reason] ?? { title: reason, todo: 'Try again after the cause is mended, or discard it.' };
}

/** Which kind of sensor sends it, if a device of this kind can be assigned to a bin; undefined for anything else. */
export function assignableKind({ reason, deviceId, reading }: ParkedGroup): SensorKind | undefined {
  if (reason !== 'unknown-device' || deviceId === null || !isObject(reading)) return undefined;
  const kind = textAt(reading, 'kind');
  return SENSOR_KINDS.find((each) => each === kind);
}

export function describeOutcome({
  settled,
  remaining,
  detail,
}: {
  settled: number;
  remaining: number;
  detail: string;
}): string {
  const done = `${settled} ${settled === 1 ? 'reading is' : 'readings are'} accounted`;
  if (remaining === 0) return `${done}.`;
  return `${done}, ${remaining} still cannot be${detail === '' ? '' : `: ${detail}`}.`;
}
