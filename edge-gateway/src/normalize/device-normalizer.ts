import type { Reading } from '@shelfwire/contract';

import type { Sample } from '../decode/sample.ts';
import { suppressed, type Channel, type Outcome, type SensorIdentity } from './channel.ts';
import { DeviceClock, type Stamp } from './clock.ts';
import { HealthChannel } from './health-channel.ts';
import { settingsOf, type SensorSettings } from './settings.ts';
import { TagTracker } from './tags/tag-tracker.ts';
import { ButtonChannel, CountChannel, LevelChannel } from './value-channels.ts';
import { WeightChannel, type WeightLikeSample } from './weight-channel.ts';

export interface NormalizerDevice {
  deviceId: string;
  /** `gateway`: the times in this device's frames are not used. Default: `device`. */
  clock?: 'device' | 'gateway' | undefined;
  sensors?: readonly SensorSettings[] | undefined;
}

/** Sensor names come from payloads: a device that invents them may not fill the memory. */
const CHANNELS_MAX = 512;

/** Everything known of one device: its clock, and a channel for each kind of each of its sensors. */
export class DeviceNormalizer {
  readonly #device: NormalizerDevice;
  readonly #epcUri: (epcHex: string) => string;
  readonly #clock: DeviceClock;
  readonly #channels: Channel<never>[] = [];
  /** The same by sensor, '' for what names none, and kind: found for each sample, so without making a key. */
  readonly #bySensor = new Map<string, Map<string, Channel<never>>>();
  /** Most devices have one sensor of one kind. */
  #lastUsed: { sensorId: string | undefined; kind: string; channel: Channel<never> } | undefined;
  /** The last name that was found to be usable as it is. */
  #usableSensorId: string | undefined;
  #tags: TagTracker | undefined;

  constructor(device: NormalizerDevice, epcUri: (epcHex: string) => string) {
    this.#device = device;
    this.#epcUri = epcUri;
    this.#clock = new DeviceClock(device.clock ?? 'device');
  }

  get isSettling(): boolean {
    return this.#channels.some((channel) => channel.isSettling === true);
  }

  resetClock(): void {
    this.#clock.reset();
  }

  /** Once per frame, before its samples. */
  frame(receivedAtMs: number, atMs: number): Reading[] {
    return this.#tags?.frame(this.#clock.stamp({}, receivedAtMs), atMs) ?? [];
  }

  connected(receivedAtMs: number, atMs: number): Reading[] {
    return this.#tags?.connected(this.#clock.stamp({}, receivedAtMs), atMs) ?? [];
  }

  accept(sample: Sample, retained: boolean, receivedAtMs: number, atMs: number): Outcome {
    const named = this.#withUsableSensorId(sample);
    if (retained) return this.#acceptRetained(named, receivedAtMs, atMs);
    const stamp = this.#clock.stamp(named, receivedAtMs);
    if (named.kind === 'tag') return this.#tagTracker(stamp, atMs).accept(named, stamp, atMs);
    return this.#channelFor(named)?.accept(named as never, stamp, atMs) ?? suppressed('too-many-sensors');
  }

  tick(nowMs: number, atMs: number): Reading[] {
    const stamp = this.#clock.stamp({}, nowMs);
    const readings = this.#channels.flatMap((channel) => channel.tick(stamp, atMs));
    return this.#tags ? [...readings, ...this.#tags.tick(stamp, atMs)] : readings;
  }

  /** An old value says nothing of the device's clock, so none is learned from it. */
  #acceptRetained(sample: Sample, receivedAtMs: number, atMs: number): Outcome {
    if (sample.kind === 'tag') return suppressed('retained');
    const stamp = this.#clock.stamp({}, receivedAtMs);
    return this.#channelFor(sample)?.acceptRetained(sample as never, stamp, atMs) ?? suppressed('too-many-sensors');
  }

  #tagTracker(stamp: Stamp, atMs: number): TagTracker {
    if (!this.#tags) {
      const entries = this.#device.sensors ?? [];
      // Tags wander between the antennas of a reader: one set of settings for all of them.
      const settings =
        entries.length > 0 && !entries.some((entry) => entry.sensorId === undefined) ? entries[0] : undefined;
      this.#tags = new TagTracker(this.#device.deviceId, settings ?? settingsOf(entries, undefined), this.#epcUri);
      this.#tags.frame(stamp, atMs);
    }
    return this.#tags;
  }

  #channelFor(sample: Exclude<Sample, { kind: 'tag' }>): Channel<never> | undefined {
    const { sensorId } = sample;
    const kind = channelKind(sample);
    const last = this.#lastUsed;
    if (last && last.sensorId === sensorId && last.kind === kind) return last.channel;
    const channel = this.#findChannel(sample, sensorId, kind);
    if (channel) this.#lastUsed = { sensorId, kind, channel };
    return channel;
  }

  #findChannel(
    sample: Exclude<Sample, { kind: 'tag' }>,
    sensorId: string | undefined,
    kind: string,
  ): Channel<never> | undefined {
    let ofSensor = this.#bySensor.get(sensorId ?? '');
    const existing = ofSensor?.get(kind);
    if (existing || this.#channels.length >= CHANNELS_MAX) return existing;
    const identity = { deviceId: this.#device.deviceId, ...(sensorId === undefined ? {} : { sensorId }) };
    const channel = createChannel(sample, identity, settingsOf(this.#device.sensors ?? [], sensorId));
    this.#channels.push(channel);
    if (!ofSensor) {
      ofSensor = new Map();
      this.#bySensor.set(sensorId ?? '', ofSensor);
    }
    ofSensor.set(kind, channel);
    return channel;
  }

  /** A vendor's name for a channel may hold blanks or slashes; an id may not. */
  #withUsableSensorId<Kind extends Sample>(sample: Kind): Kind {
    const { sensorId } = sample;
    if (sensorId === undefined || sensorId === this.#usableSensorId) return sample;
    const named = withUsableSensorId(sample);
    if (named === sample) this.#usableSensorId = sensorId;
    return named;
  }
}

function isWeightLike(sample: Sample): sample is WeightLikeSample {
  return sample.kind === 'weight' || sample.kind === 'range' || sample.kind === 'raw';
}

function channelKind(sample: Sample): string {
  return isWeightLike(sample) ? 'weight' : sample.kind;
}

function createChannel(
  sample: Exclude<Sample, { kind: 'tag' }>,
  identity: SensorIdentity,
  settings: SensorSettings,
): Channel<never> {
  switch (sample.kind) {
    case 'level':
      return new LevelChannel(identity, settings);
    case 'count':
      return new CountChannel(identity, settings);
    case 'button':
      return new ButtonChannel(identity);
    case 'health':
      return new HealthChannel(identity, settings.report.healthEveryMs);
    default:
      return new WeightChannel(identity, settings);
  }
}

function withUsableSensorId<Kind extends Sample>(sample: Kind): Kind {
  if (sample.sensorId === undefined || /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(sample.sensorId)) return sample;
  const cleaned = sample.sensorId
    .replaceAll(/[^A-Za-z0-9._:-]/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  const { sensorId: _vendorName, ...rest } = sample;
  return (cleaned === '' ? rest : { ...rest, sensorId: cleaned }) as Kind;
}
