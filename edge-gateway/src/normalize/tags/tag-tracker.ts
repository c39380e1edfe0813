import type { Reading } from '@shelfwire/contract';

import type { TagSample } from '../../decode/sample.ts';
import { commonFields, NOTHING, suppressed, type Outcome } from '../channel.ts';
import type { Stamp } from '../clock.ts';
import type { SensorSettings, TagSettings } from '../settings.ts';
import { SilenceWatch } from '../staleness.ts';
import { AntennaChoice, type Place } from './antenna.ts';
import { ReaderLife } from './life.ts';
import { SmurfWindow } from './smurf-window.ts';

type Presence = Extract<Reading, { kind: 'tag' }>['presence'];

interface TrackedTag {
  epcHex: string;
  epcUri: string;
  window: SmurfWindow;
  antenna: AntennaChoice;
  lastReadAtMs: number;
  /** The reader's time of life at that read. */
  lastReadAliveMs: number;
  lastStamp: Stamp;
  toldAtMs: number;
  /** Told as left although the reader was silent too; to be told again once it speaks. */
  leftInDoubt: boolean;
}

const READER_PAUSE_DEFAULT_MS = 15 * 60_000;
/** Longer than the keepalive of any MQTT client. */
const DOUBT_AFTER_SILENT_MS = 120_000;

/**
 * All tags that one reader sees: arrived at the first read, present again now and then, left after a long absence while
 * the reader lives. A tag counts once however often it is read. If the reader itself fell silent, a departure is told as
 * doubtful (`stale`), never as good.
 */
export class TagTracker {
  readonly #deviceId: string;
  readonly #settings: TagSettings;
  readonly #epcUri: (epcHex: string) => string;
  readonly #life: ReaderLife;
  readonly #doubtAfterMs: number;
  readonly #silence: SilenceWatch;
  readonly #tags = new Map<string, TrackedTag>();
  /** How well tags that left were read: one that comes and goes at the edge of the field is known again. */
  readonly #departed = new Map<string, SmurfWindow>();
  #toldStale = false;

  constructor(deviceId: string, settings: SensorSettings, epcUri: (epcHex: string) => string) {
    this.#deviceId = deviceId;
    this.#settings = settings.tags;
    this.#epcUri = epcUri;
    this.#doubtAfterMs = settings.staleAfterMs ?? DOUBT_AFTER_SILENT_MS;
    const pauseMaxMs = settings.staleAfterMs ?? READER_PAUSE_DEFAULT_MS;
    this.#life = new ReaderLife({ epochMs: settings.tags.epochMs, pauseMaxMs });
    this.#silence = new SilenceWatch(settings.staleAfterMs);
  }

  /** Tags held in memory. */
  get size(): number {
    return this.#tags.size;
  }

  /** A frame of this reader, whatever is in it. Call it before `accept` for the frame's samples. */
  frame(stamp: Stamp, atMs: number): Reading[] {
    this.#life.frame(atMs);
    return this.#alive(stamp, atMs);
  }

  /** The reader's connection is alive, though no frame came. */
  connected(stamp: Stamp, atMs: number): Reading[] {
    this.#life.connected(atMs);
    return this.#alive(stamp, atMs);
  }

  accept(sample: TagSample, stamp: Stamp, atMs: number): Outcome {
    const epcHex = sample.epcHex.toUpperCase();
    if (!/^[0-9A-F]+$/.test(epcHex)) return suppressed('unusable');
    if (stamp.historical) return { readings: [this.#historical(epcHex, sample, stamp)] };
    const known = this.#tags.get(epcHex);
    return known ? this.#readAgain(known, sample, stamp, atMs) : this.#readFirst(epcHex, sample, stamp, atMs);
  }

  acceptRetained(): Outcome {
    return suppressed('retained');
  }

  tick(stamp: Stamp, atMs: number): Reading[] {
    const readings: Reading[] = [];
    for (const tag of this.#tags.values()) {
      const departure = this.#departure(tag, atMs);
      if (departure === 'none' || (departure === 'doubtful' && tag.leftInDoubt)) continue;
      if (departure === 'certain') this.#forget(tag);
      tag.leftInDoubt = true;
      readings.push(this.#reading(tag, 'left', departure === 'certain' ? 'good' : 'stale', stamp));
    }
    if (this.#silence.becameStale(atMs)) {
      this.#toldStale = true;
      readings.push(commonFields('health', { deviceId: this.#deviceId }, stamp, 'stale'));
    }
    return readings;
  }

  #alive(stamp: Stamp, atMs: number): Reading[] {
    this.#silence.heard(atMs);
    if (!this.#toldStale) return [];
    this.#toldStale = false;
    return [commonFields('health', { deviceId: this.#deviceId }, stamp, 'good')];
  }

  #readFirst(epcHex: string, sample: TagSample, stamp: Stamp, atMs: number): Outcome {
    if (this.#tags.size >= this.#settings.tagsMax) return suppressed('tag-table-full');
    const window = this.#departed.get(epcHex) ?? new SmurfWindow(this.#settings);
    this.#departed.delete(epcHex);
    window.read(this.#life.epoch);
    const tag: TrackedTag = {
      epcHex,
      epcUri: this.#epcUri(epcHex),
      window,
      antenna: new AntennaChoice(this.#settings, { ...placeOf(sample), ...rssiOf(sample), atMs }),
      lastReadAtMs: atMs,
      lastReadAliveMs: this.#life.aliveMs,
      lastStamp: stamp,
      toldAtMs: atMs,
      leftInDoubt: false,
    };
    this.#tags.set(epcHex, tag);
    return { readings: [this.#reading(tag, 'arrived', 'good', stamp)] };
  }

  #forget(tag: TrackedTag): void {
    this.#tags.delete(tag.epcHex);
    this.#departed.set(tag.epcHex, tag.window);
    const [longestGone] = this.#departed.keys();
    if (this.#departed.size > this.#settings.tagsMax && longestGone !== undefined) this.#departed.delete(longestGone);
  }

  #readAgain(tag: TrackedTag, sample: TagSample, stamp: Stamp, atMs: number): Outcome {
    tag.window.read(this.#life.epoch);
    const silentAfterMs = tag.window.requiredEpochs * this.#settings.epochMs;
    const before = tag.antenna.place;
    const moved = tag.antenna.sighted({ ...placeOf(sample), ...rssiOf(sample), atMs }, silentAfterMs);
    tag.lastReadAtMs = atMs;
    tag.lastReadAliveMs = this.#life.aliveMs;
    tag.lastStamp = stamp;
    if (tag.leftInDoubt) {
      tag.leftInDoubt = false;
      return this.#told(tag, atMs, [this.#reading(tag, 'arrived', 'good', stamp)]);
    }
    if (moved) return this.#told(tag, atMs, this.#movedReadings(tag, before, stamp));
    if (atMs - tag.toldAtMs < this.#settings.presentEveryMs) return suppressed('unchanged');
    return this.#told(tag, atMs, [this.#reading(tag, 'present', 'good', stamp)]);
  }

  /** To another sensor: it left the one and arrived at the other. To another antenna of the same: still present. */
  #movedReadings(tag: TrackedTag, before: Place, stamp: Stamp): Reading[] {
    if (before.sensorId === tag.antenna.place.sensorId) return [this.#reading(tag, 'present', 'good', stamp)];
    const left = this.#tagReading(tag, before, undefined, 'left', 'good', stamp);
    return [left, this.#reading(tag, 'arrived', 'good', stamp)];
  }

  #told(tag: TrackedTag, atMs: number, readings: Reading[]): Outcome {
    tag.toldAtMs = atMs;
    return readings.length === 0 ? NOTHING : { readings };
  }

  #departure(tag: TrackedTag, atMs: number): 'none' | 'doubtful' | 'certain' {
    const inWindow = tag.window.endEpoch(this.#life.epoch);
    const { leftAfterMs, wronglyLeftProbability } = this.#settings;
    const isGone = !inWindow && tag.window.isGone(this.#life.epoch, wronglyLeftProbability);
    if (isGone && this.#life.aliveMs - tag.lastReadAliveMs >= leftAfterMs) return 'certain';
    // A short pause of the reader is no doubt yet: its next frame or ping will tell.
    return this.#life.silentMs(atMs) >= Math.max(leftAfterMs, this.#doubtAfterMs) ? 'doubtful' : 'none';
  }

  #reading(tag: TrackedTag, presence: Presence, quality: Reading['quality'], stamp: Stamp): Reading {
    const { place, rssiDbm } = tag.antenna;
    return this.#tagReading(tag, place, presence === 'left' ? undefined : rssiDbm, presence, quality, stamp);
  }

  #tagReading(
    tag: { epcHex: string; epcUri: string },
    place: Place,
    rssiDbm: number | undefined,
    presence: Presence,
    quality: Reading['quality'],
    stamp: Stamp,
  ): Reading {
    const identity = {
      deviceId: this.#deviceId,
      ...(place.sensorId === undefined ? {} : { sensorId: place.sensorId }),
    };
    return {
      ...commonFields('tag', identity, stamp, quality),
      epcUri: tag.epcUri,
      epcHex: tag.epcHex,
      presence,
      ...(place.antenna === undefined ? {} : { antenna: place.antenna }),
      ...(rssiDbm === undefined ? {} : { rssiDbm: Math.round(rssiDbm * 10) / 10 }),
    };
  }

  #historical(epcHex: string, sample: TagSample, stamp: Stamp): Reading {
    const tag = { epcHex, epcUri: this.#tags.get(epcHex)?.epcUri ?? this.#epcUri(epcHex) };
    return this.#tagReading(tag, placeOf(sample), rssiOf(sample).rssiDbm, 'present', 'good', stamp);
  }
}

function placeOf(sample: TagSample): Place {
  const { sensorId, antenna } = sample;
  const antennaKnown = antenna !== undefined && Number.isSafeInteger(antenna) && antenna >= 0;
  return { ...(sensorId === undefined ? {} : { sensorId }), ...(antennaKnown ? { antenna } : {}) };
}

/** A level no receiver has is left out: it was another unit. */
function rssiOf({ rssiDbm }: TagSample): { rssiDbm?: number } {
  return rssiDbm !== undefined && rssiDbm >= -150 && rssiDbm <= 30 ? { rssiDbm } : {};
}
