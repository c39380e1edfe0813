import type { Reading } from '@shelfwire/contract';

import { epcUriFromHex } from '../decode/epc/epc-uri.ts';
import type { Sample } from '../decode/sample.ts';
import type { Outcome, SuppressionReason } from './channel.ts';
import { SteadyTime } from './clock.ts';
import { DeviceNormalizer, type NormalizerDevice } from './device-normalizer.ts';

export type { NormalizerDevice } from './device-normalizer.ts';

/** Every sample becomes readings or is counted under the reason it became none (design D13). */
export interface NormalizerCounts {
  samples: number;
  readings: number;
  suppressed: Partial<Record<SuppressionReason, number>>;
}

/**
 * Makes readings of the samples of a site's devices: calibrated, filtered, with their times and a quality, and only those
 * that say something new. It has no clock, timer or I/O of its own: time comes with the frames and with `tick`.
 */
export interface SiteNormalizer {
  /**
   * All samples of one frame, in the order of the frames' arrival. Call it for frames without samples too: they show that
   * the device lives. Throws a RangeError for a device that was not configured.
   */
  normalize(
    deviceId: string,
    samples: readonly Sample[],
    frame: { receivedAtMs: number; retained?: boolean | undefined },
  ): Reading[];
  /** Call it about once a second: settled weights, silent sensors, tags that left. */
  tick(nowMs: number): Reading[];
  /** The device's connection is alive (a ping), though it has nothing to say: a silent reader sees no tags. */
  connected(deviceId: string, nowMs: number): Reading[];
  /** Whether the device's last word is no reading yet, because its weight still moves. */
  isSettling(deviceId: string): boolean;
  /** Takes a new device list. Devices whose settings did not change keep what was learned of them. */
  configure(devices: readonly NormalizerDevice[]): void;
  readonly counts: Readonly<NormalizerCounts>;
}

export function createSiteNormalizer(devices: readonly NormalizerDevice[]): SiteNormalizer {
  return new Normalizer(devices);
}

class Normalizer implements SiteNormalizer {
  readonly counts: NormalizerCounts = { samples: 0, readings: 0, suppressed: {} };
  readonly #time = new SteadyTime();
  #devices = new Map<string, { settings: string; normalizer: DeviceNormalizer }>();

  constructor(devices: readonly NormalizerDevice[]) {
    this.configure(devices);
  }

  configure(devices: readonly NormalizerDevice[]): void {
    const before = this.#devices;
    this.#devices = new Map(
      devices.map((device) => {
        const settings = JSON.stringify([device.clock ?? 'device', device.sensors ?? []]);
        const known = before.get(device.deviceId);
        const kept = known?.settings === settings ? known : undefined;
        return [device.deviceId, kept ?? { settings, normalizer: new DeviceNormalizer(device, epcUriFromHex) }];
      }),
    );
  }

  normalize(
    deviceId: string,
    samples: readonly Sample[],
    frame: { receivedAtMs: number; retained?: boolean | undefined },
  ): Reading[] {
    const device = this.#device(deviceId);
    const atMs = this.#follow(this.#time.advance(frame.receivedAtMs));
    const retained = frame.retained ?? false;
    const readings = retained ? [] : device.frame(frame.receivedAtMs, atMs);
    this.counts.readings += readings.length;
    const [only] = samples;
    if (only && samples.length === 1 && readings.length === 0) {
      const outcome = device.accept(only, retained, frame.receivedAtMs, atMs);
      this.#count(outcome);
      return outcome.readings;
    }
    for (const sample of samples) {
      const outcome = device.accept(sample, retained, frame.receivedAtMs, atMs);
      this.#count(outcome);
      for (const reading of outcome.readings) readings.push(reading);
    }
    return readings;
  }

  tick(nowMs: number): Reading[] {
    const atMs = this.#follow(this.#time.tick(nowMs));
    const readings = [...this.#devices.values()].flatMap(({ normalizer }) => normalizer.tick(nowMs, atMs));
    this.counts.readings += readings.length;
    return readings;
  }

  connected(deviceId: string, nowMs: number): Reading[] {
    const device = this.#device(deviceId);
    const readings = device.connected(nowMs, this.#follow(this.#time.advance(nowMs)));
    this.counts.readings += readings.length;
    return readings;
  }

  isSettling(deviceId: string): boolean {
    return this.#devices.get(deviceId)?.normalizer.isSettling ?? false;
  }

  #device(deviceId: string): DeviceNormalizer {
    const device = this.#devices.get(deviceId);
    if (!device) throw new RangeError(`device "${deviceId}" is not configured`);
    return device.normalizer;
  }

  /** Offsets learned against the old wall clock are worth nothing after a step. */
  #follow(time: { steadyMs: number; stepped: boolean }): number {
    if (time.stepped) for (const { normalizer } of this.#devices.values()) normalizer.resetClock();
    return time.steadyMs;
  }

  #count(outcome: Outcome): void {
    this.counts.samples += 1;
    this.counts.readings += outcome.readings.length;
    const { suppressed } = outcome;
    if (suppressed) this.counts.suppressed[suppressed] = (this.counts.suppressed[suppressed] ?? 0) + 1;
  }
}
