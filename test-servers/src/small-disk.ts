import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILLER = 'filler';

/** A file system of its own that can be filled to the last byte: a tmpfs, so only root on Linux can have one. */
export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @returns undefined where it may not be mounted; the reason is printed */
  static mount(sizeMb: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'shelfwire-small-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=0777`, 'tmpfs', folder], { stdio: 'pipe' });
    } catch (error) {
      rmSync(folder, { recursive: true });
      process.stderr.write(`skipped: a full disk cannot be tried here: ${String(error).split('\n')[0] ?? ''}\n`);
      return undefined;
    }
    return new SmallDisk(folder);
  }

  /** Leaves not one byte. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    // What is written meanwhile may take the last bytes first: then the filler is as large as it can be.
    for (let blocks = bavail; blocks > 0; blocks = statfsSync(this.folder).bavail) {
      try {
        writeFileSync(join(this.folder, FILLER), Buffer.alloc(Math.min(blocks, bavail) * bsize), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  }

  /** Gives the room back. */
  free(): void {
    rmSync(join(this.folder, FILLER), { force: true });
  }

  resize(sizeMb: number): void {
    execFileSync('mount', ['-o', `remount,size=${sizeMb}m`, this.folder], { stdio: 'pipe' });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'pipe' });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
