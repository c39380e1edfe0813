import { ShelfwireError } from '@shelfwire/contract';

interface Waiting<Item> {
  items: readonly Item[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Many small writes share one sync: what arrives while a group is on its way to the disk forms the next group.
 * Order is that of the calls. When a group fails, every caller in it is told, and the next group is tried.
 */
export class GroupCommit<Item> {
  readonly #write: (group: readonly Item[]) => Promise<void>;
  readonly #groupItemsMax: number;
  #waiting: Waiting<Item>[] = [];
  #waitingItems = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: { write: (group: readonly Item[]) => Promise<void>; groupItemsMax: number }) {
    this.#write = options.write;
    this.#groupItemsMax = options.groupItemsMax;
  }

  /** Items that are not durable yet. */
  get waitingItems(): number {
    return this.#waitingItems;
  }

  add(items: readonly Item[]): Promise<void> {
    if (this.#closed)
      return Promise.reject(new ShelfwireError('OUTBOX_CLOSED', 'the outbox is closed', { retryable: true }));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      this.#waitingItems += items.length;
      // The callers of this turn of the event loop go together.
      this.#running ??= new Promise<void>((begin) => setImmediate(begin)).then(() => this.#run());
    });
  }

  /** Takes nothing more and resolves when what was taken is durable or refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      const items = group.length === 1 ? (group[0]?.items ?? []) : group.flatMap((waiting) => waiting.items);
      try {
        await this.#write(items);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      } finally {
        this.#waitingItems -= items.length;
      }
    }
    this.#running = undefined;
  }

  #takeGroup(): Waiting<Item>[] {
    let count = 0;
    let end = 0;
    while (end < this.#waiting.length && (end === 0 || count < this.#groupItemsMax)) {
      count += this.#waiting[end]?.items.length ?? 0;
      end += 1;
    }
    return this.#waiting.splice(0, end);
  }
}
