/** What is due at a virtual time. `key` orders things due together, so that the order never depends on insertion. */
export interface Due {
  atMs: number;
  key: string;
}

/** A binary heap: 5,000 devices are 5,000 entries, each taken and put back at every sample. */
export class EventQueue<Entry extends Due> {
  readonly #heap: Entry[] = [];

  get next(): Entry | undefined {
    return this.#heap[0];
  }

  push(entry: Entry): void {
    let index = this.#heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  pop(): Entry | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === index) return first;
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(left: number, right: number): boolean {
    const [a, b] = [this.#at(left), this.#at(right)];
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.key < b.key);
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#at(left), this.#at(right)];
    this.#heap[left] = b;
    this.#heap[right] = a;
  }

  #at(index: number): Entry {
    const entry = this.#heap[index];
    if (entry === undefined) throw new RangeError(`no entry ${index}`);
    return entry;
  }
}
