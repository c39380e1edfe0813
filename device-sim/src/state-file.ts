import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import { ShelfwireError } from '@shelfwire/contract';
import { z } from 'zod';

import { bookStateSchema, type BookState } from './supplier/book.ts';
import type { WorldState } from './world/world.ts';

const worldStateSchema = z.object({
  atMs: z.number(),
  bins: z.record(
    z.string(),
    z.object({
      takenCount: z.int(),
      filledCount: z.int(),
      visitCount: z.int(),
      nextVisitAtMs: z.number().nullable(),
      lastChangeAtMs: z.number(),
      lastChangeGrams: z.number(),
    }),
  ),
  devices: z.record(z.string(), z.object({ sampleCount: z.int(), nextSampleAtMs: z.number() })),
  deliveries: z.array(
    z.object({
      deliveryId: z.string(),
      orderId: z.string(),
      partNumber: z.string(),
      pieces: z.int(),
      binId: z.string(),
      dueAtMs: z.number(),
    }),
  ),
}) satisfies z.ZodType<WorldState>;

const stateSchema = z.object({
  schema: z.literal('sim-state/1'),
  seed: z.string(),
  world: worldStateSchema.optional(),
  supplier: bookStateSchema,
});
export interface SimState {
  seed: string;
  world?: WorldState | undefined;
  supplier: BookState;
}

/**
 * Where world and supplier survive a restart, in one file: goods are never both on the lorry and in the bin. Written to
 * a second file and renamed, so a killed process leaves the old or the new state. A changed seed is a new world.
 * @throws ShelfwireError SIM_STATE_INVALID
 */
export class StateFile {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  read(seed: string): SimState | undefined {
    if (this.#path === undefined) return undefined;
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#invalid(error);
    }
    try {
      const state = stateSchema.parse(JSON.parse(text));
      return state.seed === seed ? state : undefined;
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  write(state: SimState): void {
    if (this.#path === undefined) return;
    const next = `${this.#path}.next`;
    writeFileSync(next, JSON.stringify({ schema: 'sim-state/1', ...state }));
    renameSync(next, this.#path);
  }

  #invalid(cause: unknown): ShelfwireError {
    const message = `cannot read the simulated world in ${this.#path ?? ''}; move the file away to begin anew`;
    return new ShelfwireError('SIM_STATE_INVALID', message, { cause });
  }
}
