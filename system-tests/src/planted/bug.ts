/** A mistake that a real team might make, put into a copy of the product to see whether the simulation's judge finds it. */
export interface Bug {
  /** What the product does wrong, as a sentence. */
  name: string;
  /** Several where one line of defence behind another makes a single mistake harmless. */
  changes: readonly Change[];
  /** Who looks for it: the simulation, unless named; or two replicas, interleaved over a real PostgreSQL. */
  hunter?: 'replicas';
  /** Why no promise is broken by it, or who else finds it. */
  harmless?: string;
}

export interface Change {
  /** Below the repository. */
  file: string;
  /** Stands there once. */
  from: string;
  to: string;
}

/** @throws RangeError if the text has moved on: then the bug must be planted anew */
export function plantIn(text: string, { file, from, to }: Change): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new RangeError(`${file} holds ${found} times: ${from}`);
  return text.replace(from, () => to);
}
