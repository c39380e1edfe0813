/**
 * The ids of the last messages, to drop repetitions: a network server delivers at least once. Bounded; the oldest id is
 * forgotten first.
 */
export interface RecentIds {
  /** @returns false if the id was seen before */
  add(id: string): boolean;
}

export function createRecentIds(idsMax: number): RecentIds {
  const ids = new Set<string>();
  return {
    add(id) {
      if (ids.has(id)) return false;
      ids.add(id);
      if (ids.size > idsMax) {
        const oldest = ids.values().next();
        if (!oldest.done) ids.delete(oldest.value);
      }
      return true;
    },
  };
}
