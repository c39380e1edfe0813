import { SeededRandom } from '@shelfwire/test-servers';

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

/**
 * What can be done to the running system besides: `stop` freezes a process (SIGSTOP), `wipe` empties the broker's disk,
 * `database` takes PostgreSQL or InfluxDB away, `disk` fills the gateway's disk, `clock` steps the gateway's clock.
 */
export const FAULT_KINDS = ['kill', 'stop', 'wipe', 'database', 'disk', 'clock'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];
export const DATABASES = ['postgres', 'influxdb'] as const;
export type Database = (typeof DATABASES)[number];

export type PlannedFault = { atMs: number; lastsMs: number } & (
  | { kind: 'kill' | 'stop'; victim: Victim }
  | { kind: 'database'; database: Database }
  | { kind: 'clock'; stepSeconds: number }
  | { kind: 'wipe' | 'disk' }
);

const LASTS_MS: Readonly<Record<FaultKind, readonly [number, number]>> = {
  kill: [100, 2_500],
  stop: [1_000, 6_000],
  wipe: [0, 0],
  database: [500, 4_000],
  disk: [1_000, 5_000],
  clock: [1_000, 6_000],
};
const HOUR_SECONDS = 3_600;

/**
 * Faults of these kinds one after the other, in rounds of random order, the last well before the end.
 * @param options.stopMs how long a frozen process stays so, instead of some seconds
 */
export function planFaults(
  seed: number,
  lastsMs: number,
  kinds: readonly FaultKind[],
  options: { pauseMs?: number; stopMs?: number | undefined } = {},
): PlannedFault[] {
  const random = new SeededRandom(seed);
  const { pauseMs = 4_000, stopMs } = options;
  const one = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random.next() * items.length)];
    if (item === undefined) throw new RangeError('nothing to choose from');
    return item;
  };
  const faults: PlannedFault[] = [];
  let atMs = random.between(2_000, 4_000);
  for (let round = random.shuffled(kinds); ; round = random.shuffled(kinds)) {
    for (const kind of round) {
      const takesMs = kind === 'stop' && stopMs !== undefined ? stopMs : Math.round(random.between(...LASTS_MS[kind]));
      const when = { atMs: Math.round(atMs), lastsMs: takesMs };
      if (when.atMs + takesMs > lastsMs - 5_000) return faults;
      if (kind === 'kill' || kind === 'stop') faults.push({ ...when, kind, victim: one(VICTIMS) });
      else if (kind === 'database') faults.push({ ...when, kind, database: one(DATABASES) });
      else if (kind === 'clock') faults.push({ ...when, kind, stepSeconds: one([HOUR_SECONDS, -HOUR_SECONDS, 90]) });
      else faults.push({ ...when, kind });
      atMs += takesMs + random.between(0.5 * pauseMs, 1.5 * pauseMs);
    }
  }
}

/** In a few words, for the log of a run. */
export function describeFault(fault: PlannedFault): string {
  switch (fault.kind) {
    case 'kill':
      return `kill -9 ${fault.victim}, back after ${fault.lastsMs} ms`;
    case 'stop':
      return `${fault.victim} frozen for ${fault.lastsMs} ms`;
    case 'database':
      return `${fault.database} killed, back after ${fault.lastsMs} ms`;
    case 'clock':
      return `the gateway's clock is ${fault.stepSeconds} s wrong for ${fault.lastsMs} ms`;
    case 'disk':
      return `the gateway's disk is full for ${fault.lastsMs} ms`;
    default:
      return "the broker's disk is wiped";
  }
}
