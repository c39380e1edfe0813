import { SeededRandom } from './random.ts';

export const VICTIMS = ['broker', 'gateway', 'ingest', 'reorder'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface PlannedKill {
  victim: Victim;
  /** From the start of traffic. */
  atMs: number;
  /** How long it stays away. */
  downMs: number;
}

/** Kills each process in turn, in rounds of random order, one about every `everyMs`, the last well before the end. */
export function planKills(seed: number, lastsMs: number, everyMs = 5_000): PlannedKill[] {
  const random = new SeededRandom(seed);
  const kills: PlannedKill[] = [];
  let atMs = random.between(2_000, 4_000);
  while (atMs < lastsMs - 5_000) {
    for (const victim of random.shuffled(VICTIMS)) {
      if (atMs >= lastsMs - 5_000) break;
      kills.push({ victim, atMs: Math.round(atMs), downMs: Math.round(random.between(100, 2_500)) });
      atMs += random.between(0.6 * everyMs, 1.4 * everyMs);
    }
  }
  return kills;
}
