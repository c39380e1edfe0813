import { readdir, readFile } from 'node:fs/promises';

/** The clock tick of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time a process has used, in user and kernel mode: what a neighbour on the machine does not change much. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, the program's name, may hold spaces; fields 14 and 15 are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The same with everything it started: a server that answers each connection with a process, as PostgreSQL does. */
export async function cpuSecondsOfTree(pid: number): Promise<number> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  for (const each of processes) {
    const stat = await readFile(`/proc/${each}/stat`, 'utf8').catch(() => undefined);
    if (stat !== undefined) parents.set(each, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOfTree = (each: number): boolean => each === pid || (parents.has(each) && isOfTree(parents.get(each) ?? 0));
  const seconds = await Promise.all(
    processes.filter(isOfTree).map((each) => cpuSecondsOf(each).catch(() => 0)), // it may end meanwhile
  );
  return seconds.reduce((sum, each) => sum + each, 0);
}
