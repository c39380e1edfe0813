import { constants } from 'node:fs';
import { open, readdir, readFile, rename, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { makeFolder } from '@shelfwire/contract/service';

/**
 * One folder of a disk, as little of it as the outbox needs. The other implementation is the simulated disk of the
 * tests, which loses and tears everything that was not synced.
 */
export interface Disk {
  list(): Promise<string[]>;
  /** Opens an existing file, or makes an empty one whose directory entry is durable when this resolves. */
  open(name: string): Promise<DiskFile>;
  /** Replaces a small file as a whole: after a crash the old or the new content is there, the new one once it resolves. */
  replace(name: string, text: string): Promise<void>;
  readText(name: string): Promise<string | undefined>;
  /** Durable when it resolves. */
  remove(name: string): Promise<void>;
  freeBytes(): Promise<number>;
}

export interface DiskFile {
  size(): Promise<number>;
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when everything written before is durable. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  /** @returns how many bytes were read, fewer than asked only at the end of the file */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export async function openFolder(folder: string): Promise<Disk> {
  makeFolder(folder);
  const syncFolder = async (): Promise<void> => {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  return {
    list: () => readdir(folder),
    open: async (name) => {
      const handle = await open(join(folder, name), constants.O_RDWR | constants.O_CREAT, 0o640);
      await syncFolder();
      return diskFile(handle);
    },
    replace: async (name, text) => {
      const temporary = join(folder, `${name}.new`);
      const handle = await open(temporary, 'w', 0o640);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, join(folder, name));
      // That an outbox is sealed must be on the disk before what was cut off leaves it: not every file system keeps them in order.
      await syncFolder();
    },
    readText: async (name) => {
      try {
        return await readFile(join(folder, name), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove: async (name) => {
      await rm(join(folder, name), { force: true });
      await syncFolder();
    },
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

function diskFile(handle: FileHandle): DiskFile {
  return {
    size: async () => (await handle.stat()).size,
    write: async (bytes, position) => {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (size) => handle.truncate(size),
    read: async (target, position) => {
      let done = 0;
      while (done < target.length) {
        const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    },
    close: () => handle.close(),
  };
}
