/**
 * The ids of the last messages, to drop repetitions: a network server delivers at least once. Bounded; the oldest id is
 * forgotten first.
 */
export interface RecentIds {
  /** @returns false if the id was seen before */
  add(id: string): boolean;
  /** Takes the id added last out again: its message was not kept, so its repetition must count. */
  forgetLast(): void;
}

export function createRecentIds(idsMax: number): RecentIds {
  const ids = new Set<string>();
  let last: string | undefined;
  return {
    add(id) {
      last = undefined;
      if (ids.has(id)) return false;
      ids.add(id);
      last = id;
      if (ids.size > idsMax) {
        const oldest = ids.values().next();
        if (!oldest.done) ids.delete(oldest.value);
      }
      return true;
    },
    forgetLast() {
      if (last !== undefined) ids.delete(last);
      last = undefined;
    },
  };
}
