import type { Reading } from '@shelfwire/contract';

import type { ButtonSample, CountSample, LevelSample } from '../decode/sample.ts';
import { commonFields, suppressed, type Channel, type Outcome, type SensorIdentity } from './channel.ts';
import type { Stamp } from './clock.ts';
import { MedianFilter } from './median.ts';
import { NewestSample } from './newest-sample.ts';
import { ReportGate, type ReportedValue } from './report.ts';
import type { LevelSettings, SensorSettings } from './settings.ts';
import { SilenceWatch } from './staleness.ts';

/** How far a level may lie outside the geometry and still be taken for full or empty. */
const RATIO_TOLERANCE = 0.05;

type ReadingBuilder<Value> = (value: Value, quality: Reading['quality'], stamp: Stamp) => Reading;

/** What level and count share: repeats, history, retained values, report on change, stale once. */
class ReportedSeries<Value> {
  readonly #build: ReadingBuilder<Value>;
  readonly #gate: ReportGate;
  readonly #silence: SilenceWatch;
  readonly #newest = new NewestSample();
  #latest: Value | undefined;

  constructor(settings: SensorSettings, build: ReadingBuilder<Value>) {
    this.#build = build;
    this.#gate = new ReportGate(settings.report);
    this.#silence = new SilenceWatch(settings.staleAfterMs);
  }

  /** Steady time since the sample before, for filters; call once per live sample. */
  heard(atMs: number): void {
    this.#silence.heard(atMs);
  }

  /** The stamp, marked as history if a newer sample came before. */
  placed(sample: { observedAtMs?: number }, stamp: Stamp): Stamp {
    const isPast = !stamp.historical && this.#newest.isOvertaken(sample, stamp);
    return isPast ? { ...stamp, historical: true } : stamp;
  }

  offer(
    value: Value,
    quality: Reading['quality'],
    values: readonly ReportedValue[],
    stamp: Stamp,
    atMs: number,
  ): Outcome {
    this.#latest = value;
    const passes = this.#gate.passes(quality, values, atMs);
    return passes ? { readings: [this.#build(value, quality, stamp)] } : suppressed('unchanged');
  }

  offerRetained(value: Value, stamp: Stamp, atMs: number): Outcome {
    if (this.#latest !== undefined || !this.#gate.passes('stale', [], atMs)) return suppressed('retained');
    return { readings: [this.#build(value, 'stale', stamp)] };
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    if (this.#latest === undefined || !this.#silence.becameStale(atMs)) return [];
    this.#gate.force('stale', [], atMs);
    return [this.#build(this.#latest, 'stale', stamp)];
  }
}

/** A distance, and the fill ratio that the bin's geometry makes of it. */
export class LevelChannel implements Channel<LevelSample> {
  readonly #settings: SensorSettings;
  readonly #build: ReadingBuilder<MeasuredLevel>;
  readonly #series: ReportedSeries<MeasuredLevel>;
  readonly #median: MedianFilter;

  constructor(identity: SensorIdentity, settings: SensorSettings) {
    this.#settings = settings;
    this.#build = (level, quality, stamp) => levelReading(identity, level, quality, stamp);
    this.#series = new ReportedSeries(settings, this.#build);
    this.#median = new MedianFilter(settings.filter.medianOf, settings.filter.isolatedAfterMs);
  }

  accept(sample: LevelSample, ownStamp: Stamp, atMs: number): Outcome {
    const stamp = this.#series.placed(sample, ownStamp);
    const level = measureLevel(sample, this.#settings.level);
    if (!level) return suppressed('unusable');
    if (stamp.historical) return { readings: [this.#build(level, level.plausible ? 'good' : 'implausible', stamp)] };
    this.#series.heard(atMs);
    const filtered = this.#filtered(sample, level, atMs);
    const { onChangeMm, onChangeRatio } = this.#settings.report;
    const reported =
      filtered.distanceMm === undefined
        ? { value: filtered.fillRatio ?? 0, threshold: onChangeRatio }
        : { value: filtered.distanceMm, threshold: onChangeMm };
    return this.#series.offer(filtered, filtered.plausible ? 'good' : 'implausible', [reported], stamp, atMs);
  }

  acceptRetained(sample: LevelSample, stamp: Stamp, atMs: number): Outcome {
    const level = measureLevel(sample, this.#settings.level);
    return level ? this.#series.offerRetained(level, stamp, atMs) : suppressed('unusable');
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    return this.#series.tick(stamp, atMs);
  }

  #filtered(sample: LevelSample, level: MeasuredLevel, atMs: number): MeasuredLevel {
    if (level.distanceMm === undefined) return level;
    const distanceMm = this.#median.push(level.distanceMm, atMs);
    if (distanceMm === level.distanceMm) return level;
    return measureLevel({ ...sample, distanceMm }, this.#settings.level) ?? level;
  }
}

function levelReading(
  identity: SensorIdentity,
  { distanceMm, fillRatio }: MeasuredLevel,
  quality: Reading['quality'],
  stamp: Stamp,
): Reading {
  const reading: Extract<Reading, { kind: 'level' }> = commonFields('level', identity, stamp, quality);
  if (distanceMm !== undefined) reading.distanceMm = distanceMm;
  if (fillRatio !== undefined) reading.fillRatio = fillRatio;
  return reading;
}

interface MeasuredLevel {
  distanceMm: number | undefined;
  fillRatio: number | undefined;
  plausible: boolean;
}

/** @returns undefined if the sample holds nothing that a reading could say */
export function measureLevel(sample: LevelSample, geometry: LevelSettings | undefined): MeasuredLevel | undefined {
  const distanceMm = finite(sample.distanceMm);
  const usable = distanceMm !== undefined && distanceMm >= 0 ? distanceMm : undefined;
  const byGeometry =
    usable === undefined || !geometry
      ? undefined
      : (geometry.emptyDistanceMm - usable) / (geometry.emptyDistanceMm - geometry.fullDistanceMm);
  const ratio = finite(sample.fillRatio) ?? byGeometry;
  if (usable === undefined && ratio === undefined) return undefined;
  return {
    distanceMm: usable,
    fillRatio: ratio === undefined ? undefined : Math.min(1, Math.max(0, ratio)),
    plausible: ratio === undefined || (ratio >= -RATIO_TOLERANCE && ratio <= 1 + RATIO_TOLERANCE),
  };
}

/** A device that counts by itself. */
export class CountChannel implements Channel<CountSample> {
  readonly #build: ReadingBuilder<number>;
  readonly #series: ReportedSeries<number>;

  constructor(identity: SensorIdentity, settings: SensorSettings) {
    this.#build = (pieces, quality, stamp) => ({ ...commonFields('count', identity, stamp, quality), pieces });
    this.#series = new ReportedSeries(settings, this.#build);
  }

  accept(sample: CountSample, ownStamp: Stamp, atMs: number): Outcome {
    const { pieces } = sample;
    if (!isCount(pieces)) return suppressed('unusable');
    const stamp = this.#series.placed(sample, ownStamp);
    // A counting scale whose load still moves has a number, but not yet an amount.
    const quality = sample.stability === 'unstable' ? 'unstable' : 'good';
    if (stamp.historical) return { readings: [this.#build(pieces, quality, stamp)] };
    this.#series.heard(atMs);
    return this.#series.offer(pieces, quality, [{ value: pieces, threshold: 1 }], stamp, atMs);
  }

  acceptRetained({ pieces }: CountSample, stamp: Stamp, atMs: number): Outcome {
    return isCount(pieces) ? this.#series.offerRetained(pieces, stamp, atMs) : suppressed('unusable');
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    return this.#series.tick(stamp, atMs);
  }
}

/** Every press counts, once. A press that a broker kept is none: it would order again at each reconnect. */
export class ButtonChannel implements Channel<ButtonSample> {
  readonly #identity: SensorIdentity;
  #last: { action: string; observedAtMs: number } | undefined;

  constructor(identity: SensorIdentity) {
    this.#identity = identity;
  }

  accept(sample: ButtonSample, stamp: Stamp): Outcome {
    const { action, observedAtMs } = sample;
    if (observedAtMs !== undefined) {
      if (this.#last?.action === action && this.#last.observedAtMs === observedAtMs) return suppressed('duplicate');
      this.#last = { action, observedAtMs };
    }
    return { readings: [{ ...commonFields('button', this.#identity, stamp, 'good'), action }] };
  }

  acceptRetained(): Outcome {
    return suppressed('retained');
  }

  tick(): Reading[] {
    return [];
  }
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function isCount(pieces: number): boolean {
  return Number.isSafeInteger(pieces) && pieces >= 0;
}
