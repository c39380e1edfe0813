import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

import { ShelfwireError } from '@shelfwire/contract';
import { z } from 'zod';

import { identify, isRunning } from './process-identity.ts';

const LEFTOVER_TIMEOUT_MS = 30_000;

const listSchema = z.object({
  processes: z.record(z.string(), z.object({ pid: z.int(), startTicks: z.string() })),
});

/** Which processes run, and where they listen: for people, for tests, and for the start after a killed launcher. */
export function writeProcessList(
  path: string,
  ports: object,
  pids: Readonly<Record<string, number | undefined>>,
): void {
  const processes = Object.fromEntries(
    Object.entries(pids).flatMap(([name, pid]) => (pid === undefined ? [] : [[name, identify(pid)]])),
  );
  writeFileSync(path, `${JSON.stringify({ ports, processes }, null, 2)}\n`);
}

/**
 * A launcher that was killed leaves its processes draining for a moment, with the databases open. Waits until they are
 * gone: two processes on one database folder would damage it.
 * @throws ShelfwireError DATA_DIR_LOCKED
 */
export async function waitForLeftovers(path: string, timeoutMs = LEFTOVER_TIMEOUT_MS): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    const running = readProcessList(path).filter(({ identity }) => isRunning(identity));
    if (running.length === 0) return;
    if (Date.now() > endsAtMs) {
      const names = running.map(({ name, identity }) => `${name} (process ${identity.pid})`).join(', ');
      throw new ShelfwireError('DATA_DIR_LOCKED', `still running from the start before: ${names}; end them first`);
    }
    await wait(100);
  }
}

function readProcessList(path: string): { name: string; identity: { pid: number; startTicks: string } }[] {
  try {
    const { processes } = listSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return Object.entries(processes).map(([name, identity]) => ({ name, identity }));
  } catch {
    return []; // there was no start before, or it ended while it wrote the list
  }
}
