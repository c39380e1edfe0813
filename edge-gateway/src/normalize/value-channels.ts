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

type ReadingBuilder = (quality: Reading['quality'], stamp: Stamp) => Reading;

/** What level and count share: repeats, history, retained values, report on change, stale once. */
class ReportedSeries {
  readonly #gate: ReportGate;
  readonly #silence: SilenceWatch;
  readonly #newest = new NewestSample();
  #latest: ReadingBuilder | undefined;

  constructor(settings: SensorSettings) {
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
    offered: { quality: Reading['quality']; values: readonly ReportedValue[] },
    build: ReadingBuilder,
    stamp: Stamp,
    atMs: number,
  ): Outcome {
    this.#latest = build;
    const passes = this.#gate.passes(offered.quality, offered.values, atMs);
    return passes ? { readings: [build(offered.quality, stamp)] } : suppressed('unchanged');
  }

  offerRetained(build: ReadingBuilder, stamp: Stamp, atMs: number): Outcome {
    if (this.#latest || !this.#gate.passes('stale', [], atMs)) return suppressed('retained');
    return { readings: [build('stale', stamp)] };
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    if (!this.#latest || !this.#silence.becameStale(atMs)) return [];
    this.#gate.force('stale', [], atMs);
    return [this.#latest('stale', stamp)];
  }
}

/** A distance, and the fill ratio that the bin's geometry makes of it. */
export class LevelChannel implements Channel<LevelSample> {
  readonly #identity: SensorIdentity;
  readonly #settings: SensorSettings;
  readonly #series: ReportedSeries;
  readonly #median: MedianFilter;

  constructor(identity: SensorIdentity, settings: SensorSettings) {
    this.#identity = identity;
    this.#settings = settings;
    this.#series = new ReportedSeries(settings);
    this.#median = new MedianFilter(settings.filter.medianOf, settings.filter.isolatedAfterMs);
  }

  accept(sample: LevelSample, ownStamp: Stamp, atMs: number): Outcome {
    const stamp = this.#series.placed(sample, ownStamp);
    const level = measureLevel(sample, this.#settings.level);
    if (!level) return suppressed('unusable');
    if (stamp.historical) return { readings: [this.#builder(level)(level.plausible ? 'good' : 'implausible', stamp)] };
    this.#series.heard(atMs);
    const filtered =
      level.distanceMm === undefined
        ? level
        : (measureLevel({ ...sample, distanceMm: this.#median.push(level.distanceMm, atMs) }, this.#settings.level) ??
          level);
    const { onChangeMm, onChangeRatio } = this.#settings.report;
    const values =
      filtered.distanceMm === undefined
        ? [{ value: filtered.fillRatio ?? 0, threshold: onChangeRatio }]
        : [{ value: filtered.distanceMm, threshold: onChangeMm }];
    const quality = filtered.plausible ? 'good' : 'implausible';
    const offered = { quality, values } as const;
    return this.#series.offer(offered, this.#builder(filtered), stamp, atMs);
  }

  acceptRetained(sample: LevelSample, stamp: Stamp, atMs: number): Outcome {
    const level = measureLevel(sample, this.#settings.level);
    return level ? this.#series.offerRetained(this.#builder(level), stamp, atMs) : suppressed('unusable');
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    return this.#series.tick(stamp, atMs);
  }

  #builder(level: MeasuredLevel): ReadingBuilder {
    return (quality, stamp) => ({
      kind: 'level',
      ...commonFields(this.#identity, stamp, quality),
      ...(level.distanceMm === undefined ? {} : { distanceMm: level.distanceMm }),
      ...(level.fillRatio === undefined ? {} : { fillRatio: level.fillRatio }),
    });
  }
}

interface MeasuredLevel {
  distanceMm?: number;
  fillRatio?: number;
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
    ...(usable === undefined ? {} : { distanceMm: usable }),
    ...(ratio === undefined ? {} : { fillRatio: Math.min(1, Math.max(0, ratio)) }),
    plausible: ratio === undefined || (ratio >= -RATIO_TOLERANCE && ratio <= 1 + RATIO_TOLERANCE),
  };
}

/** A device that counts by itself. */
export class CountChannel implements Channel<CountSample> {
  readonly #identity: SensorIdentity;
  readonly #series: ReportedSeries;

  constructor(identity: SensorIdentity, settings: SensorSettings) {
    this.#identity = identity;
    this.#series = new ReportedSeries(settings);
  }

  accept(sample: CountSample, ownStamp: Stamp, atMs: number): Outcome {
    if (!isCount(sample.pieces)) return suppressed('unusable');
    const stamp = this.#series.placed(sample, ownStamp);
    const build = this.#builder(sample.pieces);
    // A counting scale whose load still moves has a number, but not yet an amount.
    const quality = sample.stability === 'unstable' ? 'unstable' : 'good';
    if (stamp.historical) return { readings: [build(quality, stamp)] };
    this.#series.heard(atMs);
    const values = [{ value: sample.pieces, threshold: 1 }];
    return this.#series.offer({ quality, values }, build, stamp, atMs);
  }

  acceptRetained(sample: CountSample, stamp: Stamp, atMs: number): Outcome {
    if (!isCount(sample.pieces)) return suppressed('unusable');
    return this.#series.offerRetained(this.#builder(sample.pieces), stamp, atMs);
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    return this.#series.tick(stamp, atMs);
  }

  #builder(pieces: number): ReadingBuilder {
    return (quality, stamp) => ({ kind: 'count', ...commonFields(this.#identity, stamp, quality), pieces });
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
    return { readings: [{ kind: 'button', ...commonFields(this.#identity, stamp, 'good'), action }] };
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
