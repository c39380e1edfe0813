import { readdir, readFile } from 'node:fs/promises';

/** The clock tick of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time a process has used, in user and kernel mode: what a neighbour on the machine does not change much. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const { utime, stime } = await timesOf(pid);
  return (utime + stime) / TICKS_PER_SECOND;
}

/**
 * The same with everything it started, what has ended too: a server that answers each connection with a process, as
 * PostgreSQL does.
 */
export async function cpuSecondsOfTree(pid: number): Promise<number> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  for (const each of processes) {
    const stat = await readFile(`/proc/${each}/stat`, 'utf8').catch(() => undefined);
    if (stat !== undefined) parents.set(each, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOfTree = (each: number): boolean => each === pid || (parents.has(each) && isOfTree(parents.get(each) ?? 0));
  const seconds = await Promise.all(
    processes.filter(isOfTree).map(async (each) => {
      const times = await timesOf(each).catch(() => undefined); // it may end meanwhile
      return times ? (times.utime + times.stime + times.cutime + times.cstime) / TICKS_PER_SECOND : 0;
    }),
  );
  return seconds.reduce((sum, each) => sum + each, 0);
}

/** Of a process itself, and of its children that have ended. */
async function timesOf(pid: number): Promise<Record<'utime' | 'stime' | 'cutime' | 'cstime', number>> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, the program's name, may hold spaces; fields 14 to 17 are these.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15).map(Number);
  return { utime, stime, cutime, cstime };
}
