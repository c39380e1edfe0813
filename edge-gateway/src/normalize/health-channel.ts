import type { Reading } from '@shelfwire/contract';

import type { HealthSample } from '../decode/sample.ts';
import { commonFields, suppressed, type Channel, type Outcome, type SensorIdentity } from './channel.ts';
import type { Stamp } from './clock.ts';

/** A battery that fell this far is told at once. */
const BATTERY_DROP_RATIO = 0.05;

interface HealthValues {
  batteryRatio?: number;
  linkDbm?: number;
  temperatureC?: number;
}

/** Battery, signal and temperature: slow values at a slow rate. What came in between is merged, the newest of each. */
export class HealthChannel implements Channel<HealthSample> {
  readonly #identity: SensorIdentity;
  readonly #everyMs: number;
  #pending: HealthValues = {};
  #sentAtMs: number | undefined;
  #sentBatteryRatio: number | undefined;

  constructor(identity: SensorIdentity, everyMs: number) {
    this.#identity = identity;
    this.#everyMs = everyMs;
  }

  accept(sample: HealthSample, stamp: Stamp, atMs: number): Outcome {
    const values = healthValues(sample);
    if (Object.keys(values).length === 0) return suppressed('unusable');
    if (stamp.historical) return { readings: [this.#reading(values, stamp)] };
    this.#pending = { ...this.#pending, ...values };
    if (!this.#isDue(values, atMs)) return suppressed('merged');
    const reading = this.#reading(this.#pending, stamp);
    this.#sentBatteryRatio = this.#pending.batteryRatio ?? this.#sentBatteryRatio;
    this.#sentAtMs = atMs;
    this.#pending = {};
    return { readings: [reading] };
  }

  acceptRetained(): Outcome {
    return suppressed('retained');
  }

  tick(): Reading[] {
    return [];
  }

  #isDue({ batteryRatio }: HealthValues, atMs: number): boolean {
    if (this.#sentAtMs === undefined || atMs - this.#sentAtMs >= this.#everyMs) return true;
    const before = this.#sentBatteryRatio;
    return batteryRatio !== undefined && before !== undefined && before - batteryRatio >= BATTERY_DROP_RATIO;
  }

  #reading(values: HealthValues, stamp: Stamp): Reading {
    return { ...commonFields('health', this.#identity, stamp, 'good'), ...values };
  }
}

/** Volts stay out: what they mean in charge depends on the battery, which nobody told. */
function healthValues({ batteryRatio, linkDbm, temperatureC }: HealthSample): HealthValues {
  return {
    ...(isWithin(batteryRatio, 0, 1) ? { batteryRatio } : {}),
    ...(isWithin(linkDbm, -200, 50) ? { linkDbm } : {}),
    ...(isWithin(temperatureC, -100, 500) ? { temperatureC } : {}),
  };
}

/** Outside of what is physical it was another unit or a broken register; a value that was not measured is absent. */
function isWithin(value: number | undefined, least: number, most: number): value is number {
  return value !== undefined && value >= least && value <= most;
}
