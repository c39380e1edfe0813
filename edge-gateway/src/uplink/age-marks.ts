const MARK_EVERY_MS_MIN = 10_000;
const MARKS_MAX = 1_000;

/**
 * Tells which sequences of an outbox are older than `ageMs`, by the steady clock: a step of the wall clock must not turn
 * live readings into history. What lay there before the process started is told by the caller.
 */
export class AgeMarks {
  readonly #ageMs: number;
  readonly #markEveryMs: number;
  /** Oldest first; the first one is the youngest that is old enough. */
  #marks: { steadyMs: number; lastSequence: number }[];

  /** @param firstYoung the first sequence at the start that was younger */
  constructor(ageMs: number, firstYoung: number) {
    this.#ageMs = ageMs;
    this.#markEveryMs = Math.max(MARK_EVERY_MS_MIN, ageMs / MARKS_MAX);
    this.#marks = [{ steadyMs: -Infinity, lastSequence: firstYoung - 1 }];
  }

  note(steadyMs: number, lastSequence: number): void {
    const newest = this.#marks.at(-1);
    if (newest && steadyMs - newest.steadyMs < this.#markEveryMs) return;
    this.#marks.push({ steadyMs, lastSequence });
    const young = this.#marks.findIndex((mark) => steadyMs - mark.steadyMs < this.#ageMs);
    this.#marks = this.#marks.slice(Math.max(0, young - 1));
  }

  /** The first sequence that is not old yet. */
  firstYoung(steadyMs: number): number {
    const old = this.#marks.findLast((mark) => steadyMs - mark.steadyMs >= this.#ageMs);
    return (old?.lastSequence ?? 0) + 1;
  }
}
