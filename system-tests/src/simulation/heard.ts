import { parseTopic, readingBatchSchema, type Reading } from '@shelfwire/contract';

/** So far ahead of the centre a gateway's clock is believed. */
const AHEAD_MS_MAX = 1_000;

/** What a scale said, as the centre has to understand it. */
interface Word {
  key: string;
  /** As of when it counts: never before what the gateway had said with its clock of before, never after now. */
  atMs: number;
  isGood: boolean;
  quality: Reading['quality'];
  /** When it had been accounted and confirmed; infinity if the service died over it: it may know it or not. */
  knownAtMs: number;
  begunAtMs: number;
}

/** What the reorder-service was told of each scale, and since when it knows: by this the judge tells what a decision could know. */
export class Heard {
  readonly #byDevice = new Map<string, Word[]>();
  readonly #known = new Set<string>();
  readonly #begun = new Set<string>();

  /** It is told a message. @returns to be called once it has taken it to the end */
  begin(topic: string, payload: Buffer, nowMs: number): (knownAtMs: number) => void {
    if (parseTopic(topic)?.channel !== 'readings') return () => undefined;
    const { outboxId, firstSequence, readings } = readingBatchSchema.parse(JSON.parse(payload.toString('utf8')));
    const fresh: Word[] = [];
    for (const [index, reading] of readings.entries()) {
      const key = `${outboxId} ${firstSequence + index}`;
      if (this.#known.has(key)) continue;
      const word = wordOf(key, reading, nowMs);
      this.#begun.add(key);
      fresh.push(word);
      const words = this.#byDevice.get(reading.deviceId) ?? [];
      words.push(word);
      this.#byDevice.set(reading.deviceId, words);
    }
    return (knownAtMs) => {
      for (const word of fresh) {
        word.knownAtMs = knownAtMs;
        this.#known.add(word.key);
      }
    };
  }

  /** How many readings it knows for certain, and how many it may know: each once, however often they came. */
  get readings(): { known: number; begun: number } {
    return { known: this.#known.size, begun: this.#begun.size };
  }

  /** @returns the newest it knew of this scale before then; undefined where that cannot be told for certain */
  newestBefore(deviceId: string, atMs: number): Word | undefined {
    const words = (this.#byDevice.get(deviceId) ?? []).filter(({ begunAtMs }) => begunAtMs <= atMs);
    const newestMs = Math.max(...words.map((word) => word.atMs));
    const newest = words.filter((word) => word.atMs === newestMs);
    const [first] = newest;
    const isCertain = newest.every((word) => word.knownAtMs < atMs && word.isGood === first?.isGood);
    return isCertain ? first : undefined;
  }
}

function wordOf(key: string, reading: Reading, nowMs: number): Word {
  const { quality, receivedAtMs, notBeforeMs = 0 } = reading;
  return {
    key,
    atMs: Math.min(Math.max(receivedAtMs, notBeforeMs), nowMs + AHEAD_MS_MAX),
    isGood: quality === 'good' && !(reading.kind === 'weight' && !reading.stable),
    quality,
    knownAtMs: Infinity,
    begunAtMs: nowMs,
  };
}
