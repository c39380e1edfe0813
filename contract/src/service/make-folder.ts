import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { ShelfwireError } from '../error.ts';

/** Makes the folder with what lies above it, for its owner only; it can be written. @throws ShelfwireError DATA_DIR_UNUSABLE */
export function makeFolder(folder: string): void {
  try {
    make(resolve(folder));
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ShelfwireError('DATA_DIR_UNUSABLE', `cannot make the data folder ${folder} (${reason})`, { cause });
  }
}

/**
 * Not `mkdirSync` with `recursive`: that never returns where a folder exists but takes no new one and says ENOENT, as
 * /proc does; and since it never returns, no signal but SIGKILL ends it.
 */
function make(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(folder);
  if (parent !== folder) make(parent);
  mkdirSync(folder, { mode: 0o700 });
}
