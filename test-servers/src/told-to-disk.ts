import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';

const STEPS = ['write', 'writeFile', 'appendFile', 'truncate', 'datasync', 'sync'] as const;

/**
 * What the work tells the disk through file handles, in order, as `write file` or `sync folder`: no power can be cut in a
 * test, and a process that is killed loses nothing of what it has written, synced or not. Everything is done as well.
 * @param note more to say of each step, from the state before it
 */
export async function toldToDisk(work: () => Promise<unknown>, note?: () => Promise<string>): Promise<string[]> {
  const probe = await open(tmpdir());
  const prototype = Object.getPrototypeOf(probe) as Record<string, (...given: unknown[]) => Promise<unknown>>;
  await probe.close();
  const told: string[] = [];
  const real = STEPS.map((step) => [step, prototype[step]] as const);
  for (const [step, doIt] of real) {
    prototype[step] = async function (this: FileHandle, ...given: unknown[]): Promise<unknown> {
      const what = (await this.stat()).isDirectory() ? 'folder' : 'file';
      told.push(`${step} ${what}${note ? `: ${await note()}` : ''}`);
      return doIt?.apply(this, given);
    };
  }
  try {
    await work();
  } finally {
    for (const [step, doIt] of real) if (doIt) prototype[step] = doIt;
  }
  return told;
}
