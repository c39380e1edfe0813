import type { ScaleSettings } from '../fleet-file.ts';
import { Random } from '../random.ts';
import type { Bin } from './bin.ts';

const RINGING_DECAY_MS = 250;
const RINGING_PERIOD_MS = 180;
const MS_PER_HOUR = 3_600_000;

/**
 * What the load cell says: the weight that is there, plus what is wrong with it. A function of the seed, the sample's
 * number and the time, so that it does not matter what was measured before.
 */
export function measureGrams(seed: string, scale: ScaleSettings, bin: Bin, sample: number, atMs: number): number {
  const random = new Random(`${seed}/${scale.deviceId}/sample/${sample}`);
  const grams =
    bin.grams +
    scale.containerGrams +
    ringing(bin, atMs) +
    drift(scale, atMs) +
    random.normal(0, noiseGrams(seed, scale, atMs)) +
    spike(scale, random);
  return Math.round(grams / scale.divisionGrams) * scale.divisionGrams;
}

/** After a hand has taken or put something, the platform swings out. */
function ringing(bin: Bin, atMs: number): number {
  const sinceMs = atMs - bin.state.lastChangeAtMs;
  if (sinceMs > 12 * RINGING_DECAY_MS) return 0;
  const amplitude = bin.state.lastChangeGrams * Math.exp(-sinceMs / RINGING_DECAY_MS);
  return amplitude * Math.cos((2 * Math.PI * sinceMs) / RINGING_PERIOD_MS);
}

function drift({ drift }: ScaleSettings, atMs: number): number {
  if (!drift) return 0;
  const periodMs = ((4 * drift.grams) / drift.gramsPerHour) * MS_PER_HOUR;
  const phase = (atMs / periodMs) % 1;
  const triangle = phase < 0.25 ? phase : phase < 0.75 ? 0.5 - phase : phase - 1;
  return 4 * drift.grams * triangle;
}

function noiseGrams(seed: string, { deviceId, noiseGrams, vibration }: ScaleSettings, atMs: number): number {
  if (!vibration) return noiseGrams;
  const window = Math.floor(atMs / vibration.everyMs);
  const latestStartMs = Math.max(0, vibration.everyMs - vibration.forMs);
  const startsAtMs =
    window * vibration.everyMs + new Random(`${seed}/${deviceId}/vibration/${window}`).unit() * latestStartMs;
  const shakes = atMs >= startsAtMs && atMs < startsAtMs + vibration.forMs;
  return shakes ? noiseGrams + vibration.grams : noiseGrams;
}

function spike({ spikes }: ScaleSettings, random: Random): number {
  if (!spikes || !random.chance(spikes.probability)) return 0;
  return random.chance(0.5) ? spikes.grams : -spikes.grams;
}
