import type { Reading, ReadingQuality } from '@shelfwire/contract';

import type { RangeSample, RawSample, WeightSample } from '../decode/sample.ts';
import { rounded, shifted, weigh, type Weighed } from './calibration.ts';
import { isAlone, mayBeLast, motionToldAfterMs, silentAfterMs, standsForItself } from './cadence.ts';
import { commonFields, suppressed, type Channel, type Outcome, type SensorIdentity } from './channel.ts';
import type { Stamp } from './clock.ts';
import { isUsable, loadQuality } from './load-quality.ts';
import { LostTare } from './lost-tare.ts';
import { MedianFilter } from './median.ts';
import { NewestSample } from './newest-sample.ts';
import { ReportGate } from './report.ts';
import type { SensorSettings } from './settings.ts';
import { StabilityDetector, type MotionState } from './stability.ts';
import { SilenceWatch } from './staleness.ts';
import { ZeroTracker } from './zero-tracking.ts';

export type WeightLikeSample = WeightSample | RangeSample | RawSample;

/** A change smaller than this many standard errors is none. */
const NOISE_DEVIATIONS = 1.5;

interface Latest {
  /** Of the raw value, not of the median. */
  weighed: Weighed;
  stamp: Stamp;
  atMs: number;
  saysMoving: boolean;
  /** Nothing came after it for long enough, and what follows from that was told. */
  concluded: boolean;
  observedAtMs: number | undefined;
  raw: number;
  isBesideMedian: boolean;
}

/** Raw value → median → calibration → zero tracking → motion band → quality → report on change. */
export class WeightChannel implements Channel<WeightLikeSample> {
  readonly #identity: SensorIdentity;
  readonly #settings: SensorSettings;
  readonly #median: MedianFilter;
  readonly #stability: StabilityDetector;
  readonly #zero: ZeroTracker | undefined;
  readonly #lostTare: LostTare | undefined;
  readonly #gate: ReportGate;
  readonly #silence: SilenceWatch;
  readonly #newest = new NewestSample();
  #latest: Latest | undefined;
  #isMoving = false;

  constructor(identity: SensorIdentity, settings: SensorSettings) {
    this.#identity = identity;
    this.#settings = settings;
    this.#median = new MedianFilter(settings.filter.medianOf, settings.filter.isolatedAfterMs);
    this.#stability = new StabilityDetector(settings.filter);
    this.#zero = settings.zeroTracking && new ZeroTracker(settings.zeroTracking);
    this.#lostTare = settings.filter.selfTaring ? new LostTare(settings.filter.stableWithinGrams) : undefined;
    this.#gate = new ReportGate(settings.report);
    this.#silence = new SilenceWatch(settings.staleAfterMs);
  }

  /** Moving, or the median took its last value for a spike: if there is no other, silence will make it the weight. */
  get isSettling(): boolean {
    const latest = this.#latest;
    if (!latest || latest.concluded) return false;
    return this.#isMoving || (latest.isBesideMedian && this.#stability.isStep(latest.weighed.netGrams));
  }

  accept(sample: WeightLikeSample, stamp: Stamp, atMs: number): Outcome {
    if (sample.kind === 'range') return this.#acceptRange(sample, stamp, atMs);
    const raw = sample.kind === 'raw' ? sample.counts : sample.grams;
    if (!isUsable(raw)) return suppressed('unusable');
    if (stamp.historical) return this.#acceptHistory(sample, raw, stamp);
    if (this.#isRepeat(sample, raw, stamp)) {
      this.#silence.heard(atMs);
      return suppressed('duplicate');
    }
    // Delivered again after a newer one, as QoS 1 may: what it says is past.
    if (this.#newest.isOvertaken(sample, stamp))
      return this.#acceptHistory(sample, raw, { ...stamp, historical: true });

    const says = sample.kind === 'raw' ? 'unknown' : sample.stability;
    const usual = { typicalGapMs: this.#silence.typicalGapMs, wasStale: this.#silence.stale };
    const gapMs = this.#silence.heard(atMs);
    this.#lostTare?.heard(gapMs, usual);
    const isolated = this.#isIsolated(gapMs, atMs);
    const filtered = says === 'stable' || isolated ? raw : this.#median.push(raw, atMs);
    const weighed = this.#weigh(sample, filtered);
    const unfiltered = filtered === raw ? weighed : this.#weigh(sample, raw);
    this.#latest = {
      weighed: unfiltered,
      stamp,
      atMs,
      saysMoving: says === 'unstable',
      concluded: false,
      raw,
      isBesideMedian: filtered !== raw,
      observedAtMs: sample.observedAtMs,
    };
    return this.#conclude(this.#motion(weighed.netGrams, says, isolated, atMs), weighed, stamp, atMs);
  }

  acceptRetained(sample: WeightLikeSample, stamp: Stamp, atMs: number): Outcome {
    if (this.#latest || sample.kind === 'range') return suppressed('retained');
    const raw = sample.kind === 'raw' ? sample.counts : sample.grams;
    if (!isUsable(raw)) return suppressed('unusable');
    if (!this.#gate.passes('stale', [], atMs)) return suppressed('retained');
    return { readings: [this.#reading(this.#weigh(sample, raw), 'stale', false, stamp)] };
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    const latest = this.#latest;
    if (!latest) return [];
    if (this.#silence.becameStale(atMs)) {
      this.#gate.force('stale', [], atMs);
      return [this.#reading(latest.weighed, 'stale', false, stamp)];
    }
    return this.#settleBySilence(latest, atMs);
  }

  /** A device that sends on change only falls silent when the weight rests: its last word is the weight. */
  #settleBySilence(latest: Latest, atMs: number): Reading[] {
    if (latest.concluded || this.#silence.stale || latest.saysMoving) return [];
    if (atMs - latest.atMs < silentAfterMs(this.#silence, this.#settings.filter)) return [];
    this.#latest = { ...latest, concluded: true };
    if (this.#stability.state?.settled && !this.#stability.isStep(latest.weighed.netGrams)) return [];
    const motion = this.#stability.settle(latest.weighed.netGrams, latest.atMs);
    return this.#conclude(motion, latest.weighed, latest.stamp, atMs).readings;
  }

  #acceptRange(sample: RangeSample, stamp: Stamp, atMs: number): Outcome {
    const { maxGrams, minGrams } = this.#settings.filter;
    const limit = sample.condition === 'overload' ? maxGrams : minGrams;
    // The scale gave no number. The limit it passed is all that is known; consumers take no amount from this quality.
    const netGrams = limit ?? this.#latest?.weighed.netGrams ?? 0;
    const reading = this.#reading({ netGrams, calibrated: true }, sample.condition, false, stamp);
    if (stamp.historical) return { readings: [reading] };
    this.#silence.heard(atMs);
    this.#stability.pushMoving(atMs);
    this.#median.reset();
    if (this.#latest) this.#latest = { ...this.#latest, saysMoving: true };
    return this.#gate.passes(sample.condition, [], atMs) ? { readings: [reading] } : suppressed('unchanged');
  }

  #acceptHistory(sample: WeightSample | RawSample, raw: number, stamp: Stamp): Outcome {
    const weighed = this.#weigh(sample, raw);
    const stable = sample.kind === 'raw' || sample.stability !== 'unstable';
    const quality = loadQuality(weighed, this.#settings.filter) ?? (stable ? 'good' : 'unstable');
    return { readings: [this.#reading(weighed, quality, stable && quality === 'good', stamp)] };
  }

  /** The same value with the same time of the device: sent twice, by QoS 1 or by a device that does not know better. */
  #isRepeat(sample: WeightSample | RawSample, raw: number, stamp: Stamp): boolean {
    const { observedAtMs } = sample;
    // Without it in the stamp the device's time was not believed, so it proves no repeat either.
    if (observedAtMs === undefined || stamp.observedAtMs === undefined) return false;
    return this.#latest?.observedAtMs === observedAtMs && this.#latest.raw === raw;
  }

  /** Whether the sample has no neighbours to be compared with. After a pause of a fast scale they are on their way. */
  #isIsolated(gapMs: number | undefined, atMs: number): boolean {
    if (!isAlone(gapMs, this.#settings.filter)) return false;
    this.#median.reset();
    if (standsForItself(this.#silence, this.#settings.filter)) return true;
    this.#stability.pushMoving(atMs);
    return false;
  }

  #weigh(sample: WeightSample | RawSample, raw: number): Weighed {
    const source =
      sample.kind === 'raw'
        ? ({ unit: 'counts', isNet: false } as const)
        : ({ unit: 'grams', isNet: sample.isNet ?? false } as const);
    const weighed = weigh(raw, source, this.#settings.calibration);
    return shifted(weighed, -(this.#zero?.offsetGrams ?? 0));
  }

  #motion(netGrams: number, says: WeightSample['stability'], isolated: boolean, atMs: number): MotionState {
    if (says === 'unstable') return this.#stability.pushMoving(atMs);
    if (isolated) return this.#stability.settle(netGrams, atMs);
    return says === 'stable' ? this.#stability.pushStable(netGrams, atMs) : this.#stability.push(netGrams, atMs);
  }

  #conclude(motion: MotionState, latest: Weighed, stamp: Stamp, atMs: number): Outcome {
    const weighed = motion.settled ? shifted(latest, motion.value - latest.netGrams) : latest;
    const rangeQuality =
      loadQuality(weighed, this.#settings.filter) ?? (motion.settled ? this.#tareQuality(weighed) : undefined);
    const quality = rangeQuality ?? (motion.settled ? 'good' : 'unstable');
    this.#isMoving = !motion.settled && rangeQuality === undefined && !this.#motionLasts(motion, atMs);
    if (this.#isMoving) return suppressed('settling');
    // A difference that the noise explains changes nothing, however small the threshold was set.
    const noiseGrams = motion.settled ? NOISE_DEVIATIONS * motion.deviationGrams : 0;
    const threshold = Math.max(this.#settings.report.onChangeGrams, noiseGrams);
    const values = [{ value: weighed.netGrams, threshold }];
    const passes = this.#gate.passes(quality, values, atMs, mayBeLast(this.#silence));
    if (quality === 'good') this.#trackZero(weighed, atMs);
    return passes ? { readings: [this.#reading(weighed, quality, motion.settled, stamp)] } : suppressed('unchanged');
  }

  #motionLasts(motion: { movingSinceMs: number }, atMs: number): boolean {
    if (mayBeLast(this.#silence)) return true;
    return atMs - motion.movingSinceMs >= motionToldAfterMs(this.#silence, this.#settings.filter);
  }

  #tareQuality(weighed: Weighed): ReadingQuality | undefined {
    return this.#lostTare?.isDoubtful(weighed.grossGrams ?? weighed.netGrams) ? 'uncalibrated' : undefined;
  }

  #trackZero(weighed: Weighed, atMs: number): void {
    const moved = this.#zero?.track(weighed, true, atMs) ?? 0;
    if (moved !== 0) this.#stability.shift(-moved);
  }

  #reading(weighed: Weighed, quality: ReadingQuality, stable: boolean, stamp: Stamp): Reading {
    const { netGrams, grossGrams, calibrationVersion } = weighed;
    const common = commonFields('weight', this.#identity, stamp, quality);
    const reading: Extract<Reading, { kind: 'weight' }> = { ...common, netGrams: rounded(netGrams), stable };
    if (grossGrams !== undefined) reading.grossGrams = rounded(grossGrams);
    if (calibrationVersion !== undefined) reading.calibrationVersion = calibrationVersion;
    return reading;
  }
}
