import { readFile } from 'node:fs/promises';

/** The clock tick of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time a process has used, in user and kernel mode: what a neighbour on the machine does not change much. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, the program's name, may hold spaces; fields 14 and 15 are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
