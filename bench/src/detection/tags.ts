import { createSiteNormalizer, sensorSettingsSchema } from '@shelfwire/edge-gateway/normalize';
import { SeededRandom } from '@shelfwire/test-servers';

export interface TagCase {
  name: string;
  /** Chance that a tag in range is read in one cycle of a second. */
  readRate: number;
  leftAfterMs: number;
  /** Now and then somebody or something stands before half of the tags for 1 to 3 minutes. */
  shadows?: boolean;
}

export interface TagScore {
  /** True arrivals and departures that had the time to be told. */
  moves: number;
  found: number;
  missed: number;
  /** Told arrivals and departures that did not happen. */
  invented: number;
  leftDelayP50Ms: number;
  leftDelayP99Ms: number;
}

interface SimulatedTag {
  epcHex: string;
  there: boolean;
  nextMoveAtMs: number;
  toldThere: boolean;
  movedAtMs: number;
  moveTold: boolean;
  hiddenUntilMs: number;
}

const START_MS = Date.UTC(2026, 0, 5);
const CYCLE_MS = 1_000;
const TAGS = 100;
const SHADOW_EVERY_MS = 600_000;

/**
 * A hundred tags under one reader. Each stays 5 to 30 minutes and is away three times the absence limit or more, so that
 * every departure can be told. Each cycle reads a tag in range with the given chance, independently.
 */
export function measureTags(test: TagCase, options: { moves: number; seed: number }): TagScore {
  const random = new SeededRandom(options.seed);
  const settings = sensorSettingsSchema.parse({ tags: { leftAfterMs: test.leftAfterMs } });
  const site = createSiteNormalizer([{ deviceId: 'reader', sensors: [settings] }]);
  const tags = Array.from({ length: TAGS }, (_, index) => newTag(index, random));
  const byEpc = new Map(tags.map((tag) => [tag.epcHex, tag]));
  const result = { moves: 0, found: 0, missed: 0, invented: 0 };
  const leftDelaysMs: number[] = [];

  for (let atMs = START_MS; result.moves < options.moves; atMs += CYCLE_MS) {
    for (const tag of tags) if (atMs >= tag.nextMoveAtMs) move(tag, atMs, test, random, result);
    if (test.shadows === true && random.chance(CYCLE_MS / SHADOW_EVERY_MS)) castShadow(tags, atMs, random);
    const samples = tags
      .filter((tag) => tag.there && atMs >= tag.hiddenUntilMs && random.chance(test.readRate))
      .map((tag) => ({ kind: 'tag', epcHex: tag.epcHex, antenna: 1, rssiDbm: -60 + random.normal(3) }) as const);
    const readings = [...site.normalize('reader', samples, { receivedAtMs: atMs }), ...site.tick(atMs)];
    for (const reading of readings) {
      if (reading.kind !== 'tag' || reading.presence === 'present') continue;
      const tag = byEpc.get(reading.epcHex);
      if (tag) tell(tag, reading.presence === 'arrived', atMs, result, leftDelaysMs);
    }
  }
  leftDelaysMs.sort((a, b) => a - b);
  return {
    ...result,
    moves: result.found + result.missed,
    leftDelayP50Ms: leftDelaysMs[Math.floor(leftDelaysMs.length * 0.5)] ?? Number.NaN,
    leftDelayP99Ms: leftDelaysMs[Math.floor(leftDelaysMs.length * 0.99)] ?? Number.NaN,
  };
}

function newTag(index: number, random: SeededRandom): SimulatedTag {
  const epcHex = `3034257BF7194E40${index.toString(16).toUpperCase().padStart(8, '0')}`;
  const nextMoveAtMs = START_MS + random.between(0, 60_000);
  const told = { toldThere: false, movedAtMs: START_MS, moveTold: true };
  return { epcHex, there: false, nextMoveAtMs, ...told, hiddenUntilMs: 0 };
}

function castShadow(tags: readonly SimulatedTag[], atMs: number, random: SeededRandom): void {
  const untilMs = atMs + random.between(60_000, 180_000);
  for (const tag of tags) if (random.chance(0.5)) tag.hiddenUntilMs = untilMs;
}

function move(
  tag: SimulatedTag,
  atMs: number,
  test: TagCase,
  random: SeededRandom,
  result: { moves: number; missed: number },
): void {
  if (!tag.moveTold) result.missed += 1;
  tag.there = !tag.there;
  tag.movedAtMs = atMs;
  tag.moveTold = false;
  result.moves += 1;
  const awayMs = 3 * test.leftAfterMs + 60_000;
  tag.nextMoveAtMs = atMs + (tag.there ? random.between(300_000, 1_800_000) : random.between(awayMs, 2 * awayMs));
}

function tell(
  tag: SimulatedTag,
  there: boolean,
  atMs: number,
  result: { found: number; invented: number },
  leftDelaysMs: number[],
): void {
  if (there !== tag.there || tag.moveTold) {
    result.invented += 1;
  } else {
    tag.moveTold = true;
    result.found += 1;
    if (!there) leftDelaysMs.push(atMs - tag.movedAtMs);
  }
  tag.toldThere = there;
}
