/** Waits for a condition. @throws with its name and what was last seen when the time is up */
export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const endsAtMs = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > endsAtMs) throw new Error(`in 20 s it did not happen that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
