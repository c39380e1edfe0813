import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ShelfwireError } from '@shelfwire/contract';

import { identify, isRunning } from './process-identity.ts';

/**
 * Two starts on one folder would write into each other's databases. The lock is a file with the holder's pid; one that
 * was left by a killed or crashed start is recognised by its process being gone (or, after a reboot, being another).
 * @throws ShelfwireError DATA_DIR_LOCKED
 */
export function lockDataDir(dataDir: string): { release(): void } {
  const path = join(dataDir, 'lock');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const { pid, startTicks } = identify(process.pid);
      writeFileSync(path, `${pid} ${startTicks}\n`, { flag: 'wx' });
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const pid = readLiveHolder(path);
    if (pid !== undefined) {
      const message = `Shelfwire already runs on ${dataDir} (process ${pid}): stop it first, or use another --data-dir`;
      throw new ShelfwireError('DATA_DIR_LOCKED', message);
    }
    rmSync(path, { force: true });
  }
  throw new ShelfwireError('DATA_DIR_LOCKED', `another start takes ${dataDir} at this very moment`);
}

function readLiveHolder(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [pid = '', startTicks = ''] = text.trim().split(' ');
  return isRunning({ pid: Number(pid), startTicks }) ? Number(pid) : undefined;
}
