import { MOVEMENT_WORDS } from '../stock/movement-words';
import { describeName, describeNumber, numberAt, objectAt, textAt, timeAt, withUnit } from './proof-words';

type Facts = Readonly<Record<string, unknown>>;

/** One movement of the shelf and the reading that showed it, for a person; what the proof does not say is undefined. */
export interface ProofReading {
  atMs: number | undefined;
  /** "Taken". */
  what: string;
  /** "−4". */
  change: string | undefined;
  /** "59 pcs": the level after it. */
  level: string | undefined;
  /** "scale-01, HX711", or who counted. */
  source: string | undefined;
  /** "590 g, steady". */
  measured: string | undefined;
  quality: string | undefined;
  note: string | undefined;
}

export function describeReading(movement: Facts, unit: string | undefined): ProofReading {
  const evidence = objectAt(movement, 'evidence');
  const reading = objectAt(evidence, 'reading');
  const kind = textAt(movement, 'kind');
  const change = numberAt(movement, 'change');
  const level = numberAt(movement, 'onHandAfter');
  return {
    atMs: timeAt(movement, 'atMs') ?? timeAt(reading, 'observedAtMs') ?? timeAt(reading, 'receivedAtMs'),
    what: describeKind(kind),
    change: change === undefined ? undefined : `${change > 0 ? '+' : ''}${describeNumber(change)}`,
    level: level === undefined ? undefined : withUnit(level, unit),
    source: describeSource(evidence, reading),
    measured: describeMeasured(reading, unit) ?? describeQuantity(evidence, unit),
    quality: textAt(reading, 'quality'),
    note: describeNote(evidence),
  };
}

function describeKind(kind: string | undefined): string {
  if (kind === undefined) return 'Reading';
  const words: Readonly<Record<string, string>> = MOVEMENT_WORDS;
  return words[kind] ?? describeName(kind);
}

/** The series under which the ledger keeps the counts of people. */
const COUNT_SERIES = '#count';

function describeSource(evidence: Facts, reading: Facts): string | undefined {
  const by = textAt(objectAt(evidence, 'counted'), 'by');
  if (by !== undefined) return `counted by ${by}`;
  const deviceId = textAt(reading, 'deviceId');
  const sensorId = textAt(reading, 'sensorId');
  if (deviceId !== undefined) return sensorId === undefined ? deviceId : `${deviceId}, ${sensorId}`;
  const series = textAt(evidence, 'series');
  return series === COUNT_SERIES ? 'counted by a person' : series;
}

/** "590 g net, steady". */
export function describeMeasured(reading: Facts, unit: string | undefined): string | undefined {
  const parts = [
    describeIf(numberAt(reading, 'netGrams'), (grams) => `${describeNumber(grams)} g net`),
    reading['stable'] === true ? 'steady' : reading['stable'] === false ? 'moving' : undefined,
    describeIf(numberAt(reading, 'distanceMm'), (mm) => `${describeNumber(mm)} mm away`),
    describeIf(numberAt(reading, 'fillRatio'), (ratio) => `${Math.round(ratio * 100)} % full`),
    describeIf(numberAt(reading, 'pieces'), (count) => `${withUnit(count, unit)} counted`),
    describeIf(textAt(reading, 'epcUri'), (uri) => `tag ${uri}`),
    textAt(reading, 'presence'),
    describeIf(textAt(reading, 'action'), (action) => `button: ${action}`),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function describeQuantity(evidence: Facts, unit: string | undefined): string | undefined {
  const quantity = numberAt(objectAt(evidence, 'counted'), 'quantity') ?? numberAt(evidence, 'quantity');
  return describeIf(quantity, (value) => `showed ${withUnit(value, unit)}`);
}

const CAUSE_WORDS: Readonly<Record<string, string>> = {
  first: 'first reading of this sensor',
  recalibrated: 'after a new calibration',
  back: 'put back',
};

function describeNote(evidence: Facts): string | undefined {
  const { orders } = evidence;
  const parts = [
    CAUSE_WORDS[textAt(evidence, 'cause') ?? ''],
    Array.isArray(orders) && orders.length > 0 ? `delivery of ${orders.join(', ')}` : undefined,
    evidence['late'] === true ? 'came late' : undefined,
    textAt(evidence, 'because'),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function describeIf<Value>(value: Value | undefined, words: (value: Value) => string): string | undefined {
  return value === undefined ? undefined : words(value);
}
