import type { Disk, DiskFile } from './disk.ts';

interface Change {
  kind: 'write' | 'truncate';
  position: number;
  bytes: Uint8Array;
}

interface File {
  durable: Buffer;
  current: Buffer;
  /** Since the last sync, in order. */
  changes: Change[];
}

/**
 * A disk whose power can be cut: what was not synced is then kept, torn or lost, as the random source decides. For
 * tests; the promises are those of Disk.
 */
export class SimulatedDisk implements Disk {
  capacityBytes = Infinity;
  freeBytesReported = Infinity;
  readonly #files = new Map<string, File>();
  #powered = true;

  list(): Promise<string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  open(name: string): Promise<DiskFile> {
    let file = this.#files.get(name);
    if (!file) {
      file = { durable: Buffer.alloc(0), current: Buffer.alloc(0), changes: [] };
      this.#files.set(name, file);
    }
    return Promise.resolve(this.#handle(file));
  }

  replace(name: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.#files.set(name, { durable: bytes, current: bytes, changes: [] });
    return Promise.resolve();
  }

  readText(name: string): Promise<string | undefined> {
    return Promise.resolve(this.#files.get(name)?.current.toString());
  }

  remove(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }

  freeBytes(): Promise<number> {
    return Promise.resolve(this.freeBytesReported);
  }

  /** Flips a bit, as worn flash does. */
  damage(name: string, position: number): void {
    const file = this.#files.get(name);
    if (!file) return;
    for (const bytes of new Set([file.current, file.durable])) {
      const byte = bytes[position];
      if (byte !== undefined) bytes[position] = byte ^ 0x10;
    }
  }

  sizeOf(name: string): number {
    return this.#files.get(name)?.current.length ?? 0;
  }

  /** The state after a power cut, as a new disk; every handle of this one is dead. @param random 0 … below 1 */
  cutPower(random: () => number): SimulatedDisk {
    this.#powered = false;
    const after = new SimulatedDisk();
    after.capacityBytes = this.capacityBytes;
    for (const [name, file] of this.#files) {
      let bytes = file.durable;
      for (const change of file.changes) {
        const fate = random();
        if (fate < 0.3) continue; // never reached the platter, though a later one may
        const kept = fate < 0.6 ? Math.floor(random() * change.bytes.length) : change.bytes.length;
        bytes = applyChange(bytes, { ...change, bytes: change.bytes.subarray(0, kept) });
      }
      after.#files.set(name, { durable: bytes, current: Buffer.from(bytes), changes: [] });
    }
    return after;
  }

  #handle(file: File): DiskFile {
    const change = (made: Change): void => {
      file.changes.push(made);
      file.current = applyChange(file.current, made);
    };
    return {
      size: () => Promise.resolve(file.current.length),
      write: (bytes, position) => {
        if (!this.#powered) return new Promise(() => undefined);
        const used = [...this.#files.values()].reduce((sum, each) => sum + each.current.length, 0);
        const room = Math.max(0, this.capacityBytes - used);
        const fits = bytes.slice(0, Math.max(room, 0));
        change({ kind: 'write', position, bytes: fits });
        if (fits.length === bytes.length) return Promise.resolve();
        return Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
      },
      sync: () => {
        if (!this.#powered) return new Promise(() => undefined);
        file.durable = Buffer.from(file.current);
        file.changes = [];
        return Promise.resolve();
      },
      truncate: (size) => {
        change({ kind: 'truncate', position: size, bytes: new Uint8Array() });
        return Promise.resolve();
      },
      read: (target, position) => Promise.resolve(file.current.copy(target, 0, position)),
      close: () => Promise.resolve(),
    };
  }
}

function applyChange(before: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') {
    return change.position <= before.length
      ? Buffer.from(before.subarray(0, change.position))
      : Buffer.concat([before, Buffer.alloc(change.position - before.length)]);
  }
  const after = Buffer.alloc(Math.max(before.length, change.position + change.bytes.length));
  before.copy(after);
  after.set(change.bytes, change.position);
  return after;
}
