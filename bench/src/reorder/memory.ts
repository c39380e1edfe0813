import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { ReadingSource } from './ledger.ts';
import { openBenchSite, settle } from './site.ts';

/** In a process of its own: what other benchmarks have used before would count here too. @returns MiB */
export async function memoryAt(url: string, itemLocations: number): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), [url, String(itemLocations)], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`the process that measures memory ended with ${code}`));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , url = '', itemLocations = ''] = process.argv;
  const db = await openBenchSite(url, Number(itemLocations));
  const source = new ReadingSource(db, Number(itemLocations));
  await settle(db);
  await source.fill();
  process.send?.(process.memoryUsage().rss / 2 ** 20);
  await db.destroy();
}
