import { execFileSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const SIZE_MB = 16;
const FILLER_CHUNK = Buffer.alloc(65_536);

/** A disk of some megabytes that can be filled to the last byte: a tmpfs, which only root may mount. */
export class SmallDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async mount(folder: string): Promise<SmallDisk> {
    await mkdir(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', folder], { stdio: 'pipe' });
    return new SmallDisk(folder);
  }

  async fill(): Promise<void> {
    const filler = await open(join(this.#folder, 'filler'), 'w');
    try {
      for (let bytes = FILLER_CHUNK.length; bytes > 0; bytes = Math.floor(bytes / 2)) await fillWith(filler, bytes);
    } finally {
      await filler.close();
    }
  }

  async empty(): Promise<void> {
    await rm(join(this.#folder, 'filler'), { force: true });
  }

  async unmount(): Promise<void> {
    await this.empty();
    execFileSync('umount', [this.#folder], { stdio: 'pipe' });
  }
}

/** Writes pieces of that size until there is no room for another. */
async function fillWith(filler: Awaited<ReturnType<typeof open>>, bytes: number): Promise<void> {
  try {
    for (;;) await filler.appendFile(FILLER_CHUNK.subarray(0, bytes));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
