import { readFileSync } from 'node:fs';

/** A pid alone may belong to another program after a reboot; together with its start it does not. */
export interface ProcessIdentity {
  pid: number;
  startTicks: string;
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startTicks: readStartTicks(pid) };
}

export function isRunning({ pid, startTicks }: ProcessIdentity): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return readStartTicks(pid) === startTicks;
}

/** When the process began, in ticks since boot (proc(5), field 22 of stat); '-' where there is no /proc. */
function readStartTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}
