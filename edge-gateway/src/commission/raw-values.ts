import type { Sample } from '../decode/sample.ts';

const WINDOW_MS = 15_000;
const VALUES_MAX = 10;
const SENSORS_MAX = 20_000;

export interface RawValue {
  mean: number;
  /** Highest minus lowest. */
  spread: number;
  count: number;
}

/**
 * The last raw values of each weight sensor, before calibration: what a person at the shelf calibrates with. For
 * load cells these are counts, for scales grams.
 */
export class RawValues {
  readonly #values = new Map<string, { value: number; atMs: number }[]>();

  note(deviceId: string, samples: readonly Sample[], atMs: number): void {
    for (const sample of samples) {
      if (sample.kind !== 'weight' && sample.kind !== 'raw') continue;
      const key = keyOf(deviceId, sample.sensorId);
      const values = this.#values.get(key) ?? [];
      if (values.length === 0 && this.#values.size >= SENSORS_MAX) continue;
      values.push({ value: sample.kind === 'weight' ? sample.grams : sample.counts, atMs });
      if (values.length > VALUES_MAX) values.shift();
      this.#values.set(key, values);
    }
  }

  /** Sums up the last 15 s; undefined without any value. Without `sensorId`, the device must have one weight sensor only. */
  latest(deviceId: string, sensorId: string | undefined, nowMs: number): RawValue | undefined {
    const key = sensorId === undefined ? this.#onlyKeyOf(deviceId) : keyOf(deviceId, sensorId);
    const recent = (this.#values.get(key ?? '') ?? []).filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    if (recent.length === 0) return undefined;
    const values = recent.map(({ value }) => value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, spread: Math.max(...values) - Math.min(...values), count: values.length };
  }

  /** Forgets what was before a change: what lies on the scale from now on counts. */
  forget(deviceId: string): void {
    for (const key of this.#values.keys()) if (key.startsWith(`${deviceId} `)) this.#values.delete(key);
  }

  #onlyKeyOf(deviceId: string): string | undefined {
    const keys = [...this.#values.keys()].filter((key) => key.startsWith(`${deviceId} `));
    return keys.length === 1 ? keys[0] : undefined;
  }
}

function keyOf(deviceId: string, sensorId: string | undefined): string {
  return `${deviceId} ${sensorId ?? ''}`;
}
