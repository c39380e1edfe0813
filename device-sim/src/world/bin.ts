import type { BinSettings } from '../fleet-file.ts';
import { Random } from '../random.ts';

/** What is kept of a bin over a restart. Pieces are numbered: those in the bin are `takenCount` … `filledCount` − 1. */
export interface BinState {
  takenCount: number;
  filledCount: number;
  visitCount: number;
  /** null: nobody takes from this bin. */
  nextVisitAtMs: number | null;
  lastChangeAtMs: number;
  lastChangeGrams: number;
}

const MS_PER_HOUR = 3_600_000;

/** A bin and its pieces, each with its own weight. First in, first out. */
export class Bin {
  readonly settings: BinSettings;
  readonly #seed: string;
  #state: BinState;
  #grams = 0;

  constructor(seed: string, settings: BinSettings, kept?: BinState) {
    this.settings = settings;
    this.#seed = `${seed}/${settings.binId}`;
    this.#state = kept
      ? // Whoever edits the fleet file may have sent the customers away.
        { ...kept, nextVisitAtMs: settings.customers ? kept.nextVisitAtMs : null }
      : {
          takenCount: 0,
          filledCount: settings.startPieces,
          visitCount: 0,
          nextVisitAtMs: null,
          lastChangeAtMs: Number.MIN_SAFE_INTEGER,
          lastChangeGrams: 0,
        };
    for (const piece of this.pieceNumbers()) this.#grams += this.#gramsOf(piece);
    if (this.#state.nextVisitAtMs === null) this.#planVisit(0);
  }

  get pieces(): number {
    return this.#state.filledCount - this.#state.takenCount;
  }

  get grams(): number {
    return this.pieces === 0 ? 0 : this.#grams;
  }

  get state(): Readonly<BinState> {
    return this.#state;
  }

  *pieceNumbers(): Generator<number> {
    for (let piece = this.#state.takenCount; piece < this.#state.filledCount; piece += 1) yield piece;
  }

  /** A customer's visit: takes what they want, or what is left. */
  visit(atMs: number): { wanted: number; taken: number } {
    const [from, to] = this.settings.customers?.piecesPerTake ?? [0, 0];
    const wanted = new Random(`${this.#seed}/wanted/${this.#state.visitCount}`).integer(from, to);
    this.#state.visitCount += 1;
    const taken = Math.min(wanted, this.pieces);
    let grams = 0;
    for (let count = 0; count < taken; count += 1) grams += this.#gramsOf(this.#state.takenCount + count);
    this.#state.takenCount += taken;
    if (taken > 0) this.#change(atMs, -grams);
    this.#planVisit(atMs);
    return { wanted, taken };
  }

  fill(pieces: number, atMs: number): void {
    let grams = 0;
    for (let count = 0; count < pieces; count += 1) grams += this.#gramsOf(this.#state.filledCount + count);
    this.#state.filledCount += pieces;
    this.#change(atMs, grams);
  }

  #change(atMs: number, grams: number): void {
    this.#grams += grams;
    this.#state.lastChangeAtMs = atMs;
    this.#state.lastChangeGrams = grams;
  }

  #planVisit(afterMs: number): void {
    const { customers } = this.settings;
    if (!customers) return;
    const waitMs = new Random(`${this.#seed}/visit/${this.#state.visitCount}`).exponential(
      MS_PER_HOUR / customers.takesPerHour,
    );
    this.#state.nextVisitAtMs = afterMs + Math.max(1, Math.round(waitMs));
  }

  #gramsOf(piece: number): number {
    const { pieceGrams, pieceGramsSpread } = this.settings;
    if (pieceGramsSpread === 0) return pieceGrams;
    return Math.max(0, new Random(`${this.#seed}/piece/${piece}`).normal(pieceGrams, pieceGramsSpread));
  }
}
