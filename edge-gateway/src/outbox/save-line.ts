import type { Reading } from '@shelfwire/contract';

import { PartlySavedError } from './gateway-outbox.ts';

/**
 * The readings of one device on their way to the disk, in order. What the disk refused stays at the head of the line
 * and goes first next time: the filters already count it as told, so a repeat of the frame would not bring it again.
 * A frame counts as kept, and may be acknowledged, only when everything before it in the line is durable too.
 */
export class SaveLine {
  readonly #append: (readings: readonly Reading[]) => Promise<void>;
  #unsaved: Reading[] = [];
  #saving: Promise<void> | undefined;
  #blocked = false;

  constructor(append: (readings: readonly Reading[]) => Promise<void>) {
    this.#append = append;
  }

  /** True from a refusal until the disk has taken everything. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** Readings that the disk has refused or not been asked to keep yet. */
  get unsavedCount(): number {
    return this.#unsaved.length;
  }

  keep(readings: readonly Reading[]): Promise<void> {
    for (const reading of readings) this.#unsaved.push(reading);
    return this.saveAll();
  }

  /**
   * Resolves when the line is empty; rejects when the disk refuses. Who finds others being refused is refused with them:
   * were it kept after them, their frames would come again behind it, out of order.
   */
  async saveAll(): Promise<void> {
    while (this.#saving) await this.#saving;
    if (this.#unsaved.length === 0) return;
    this.#saving = this.#save();
    await this.#saving;
  }

  async #save(): Promise<void> {
    // The frames of one network packet come in one turn: together they cost one append, and their PUBACKs one write.
    await Promise.resolve();
    const readings = this.#unsaved;
    this.#unsaved = [];
    try {
      await this.#append(readings);
      this.#blocked = false;
    } catch (error) {
      this.#blocked = true;
      const left = error instanceof PartlySavedError ? error.unsaved : readings;
      this.#unsaved = [...left, ...this.#unsaved];
      throw error;
    } finally {
      this.#saving = undefined;
    }
  }
}
