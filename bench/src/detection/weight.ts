import { SeededRandom } from '@shelfwire/test-servers';

import {
  createSiteNormalizer,
  sensorSettingsSchema,
  type SensorSettingsInput,
} from '@shelfwire/edge-gateway/normalize';

export interface WeightCase {
  name: string;
  /** Standard deviation of the scale's noise, in pieces. */
  noisePieces: number;
  everyMs: number;
  /** Amplitude of a machine's vibration beside the shelf. */
  vibrationGrams?: number;
  settings: SensorSettingsInput;
}

export interface WeightScore {
  picks: number;
  found: number;
  missed: number;
  /** Changes of the count that no pick explains. */
  invented: number;
  delayP50Ms: number;
  delayP99Ms: number;
  readingsPerHour: number;
}

const PIECE_GRAMS = 20;
const BIN_PIECES = 400;
const START_MS = Date.UTC(2026, 0, 5);
const VIBRATION_HZ = 7.3;
const CREEP_GRAMS_PER_DAY = 20;
/** One sample in 500 is a spike of the load cell's amplifier. */
const SPIKE_CHANCE = 0.002;
/** The consumer's rule: a change counts when it exceeds half a piece clearly. */
const CHANGE_PIECES = 0.7;

interface CountChange {
  atMs: number;
  pieces: number;
}

/**
 * A bin on a scale, one piece taken every 15 to 40 s: the hand shakes the plate for 0.4 to 1.5 s, the noise is normal, the
 * load creeps, single samples spike. Truth is known; what the normalizer's good readings say is compared with it.
 */
export function measureWeight(test: WeightCase, options: { picks: number; seed: number }): WeightScore {
  const random = new SeededRandom(options.seed);
  const sensor = sensorSettingsSchema.parse(test.settings);
  const site = createSiteNormalizer([{ deviceId: 'scale', sensors: [sensor] }]);
  const count = { pieces: BIN_PIECES };
  const changes: CountChange[] = [];
  const pickedAtMs: number[] = [];
  let atMs = START_MS;
  let pieces = BIN_PIECES;
  let shakenUntilMs = 0;
  let nextPickAtMs = START_MS + 20_000;
  let readings = 0;

  while (pickedAtMs.length < options.picks || atMs < nextPickAtMs) {
    if (atMs >= nextPickAtMs) {
      // A full bin again, out of sight of the test, keeps the load in range.
      pieces -= 1;
      pickedAtMs.push(atMs);
      shakenUntilMs = atMs + random.between(400, 1_500);
      nextPickAtMs = atMs + random.between(15_000, 40_000);
    }
    const grams = weigh(random, {
      pieces,
      atMs,
      shaken: atMs < shakenUntilMs,
      noisePieces: test.noisePieces,
      vibrationGrams: test.vibrationGrams ?? 0,
    });
    const sample = { kind: 'weight', grams, stability: 'unknown' } as const;
    const told = [...site.normalize('scale', [sample], { receivedAtMs: atMs }), ...site.tick(atMs)];
    readings += told.length;
    for (const reading of told) {
      if (reading.kind === 'weight' && reading.quality === 'good') account(count, reading.netGrams, atMs, changes);
    }
    atMs += test.everyMs;
  }
  return score(pickedAtMs, changes, (readings * 3_600_000) / (atMs - START_MS));
}

function weigh(
  random: SeededRandom,
  load: { pieces: number; atMs: number; shaken: boolean; noisePieces: number; vibrationGrams: number },
): number {
  const creepGrams = ((load.atMs - START_MS) / 86_400_000) * CREEP_GRAMS_PER_DAY;
  const shakeGrams = load.shaken ? random.between(-5, 8) * PIECE_GRAMS : 0;
  const spikeGrams = random.chance(SPIKE_CHANCE) ? random.between(-100, 100) * PIECE_GRAMS : 0;
  const noiseGrams = random.normal(load.noisePieces * PIECE_GRAMS);
  // Somebody counts or zeroes before it makes a tenth of a piece; later it is the ledger's question, not the filter's.
  const creptGrams = (creepGrams % (PIECE_GRAMS / 5)) - PIECE_GRAMS / 10;
  const vibrationGrams = load.vibrationGrams * Math.sin((2 * Math.PI * VIBRATION_HZ * load.atMs) / 1_000);
  return load.pieces * PIECE_GRAMS + creptGrams + vibrationGrams + shakeGrams + spikeGrams + noiseGrams;
}

function account(count: { pieces: number }, netGrams: number, atMs: number, changes: CountChange[]): void {
  const measured = netGrams / PIECE_GRAMS;
  if (Math.abs(measured - count.pieces) < CHANGE_PIECES) return;
  const pieces = Math.round(measured);
  changes.push({ atMs, pieces: pieces - count.pieces });
  count.pieces = pieces;
}

function score(pickedAtMs: readonly number[], changes: readonly CountChange[], readingsPerHour: number): WeightScore {
  const explained = new Set<CountChange>();
  const delaysMs: number[] = [];
  pickedAtMs.forEach((pickAtMs, index) => {
    // Found is what the count shows before the next pick.
    const endsAtMs = pickedAtMs[index + 1] ?? Number.POSITIVE_INFINITY;
    const match = changes.find((change) => change.pieces === -1 && change.atMs >= pickAtMs && change.atMs < endsAtMs);
    if (!match) return;
    explained.add(match);
    delaysMs.push(match.atMs - pickAtMs);
  });
  const unexplained = changes.filter((change) => !explained.has(change));
  delaysMs.sort((a, b) => a - b);
  return {
    picks: pickedAtMs.length,
    found: explained.size,
    missed: pickedAtMs.length - explained.size,
    invented: unexplained.reduce((sum, change) => sum + Math.abs(change.pieces), 0),
    delayP50Ms: delaysMs[Math.floor(delaysMs.length * 0.5)] ?? Number.NaN,
    delayP99Ms: delaysMs[Math.floor(delaysMs.length * 0.99)] ?? Number.NaN,
    readingsPerHour,
  };
}
