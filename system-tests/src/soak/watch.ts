import { appendFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { FaultSite } from '../faults/fault-site.ts';
import type { Sample } from './slope.ts';

const MIB = 2 ** 20;

export interface Watched {
  name: string;
  metric: string;
  unit: string;
  perUnit: number;
  /** In an hour of the second half; without it, it is only told. */
  growthMax?: number;
}

/** What each service is looked at for. Of the memory, caches and the allocator take some; the heap is what leaks show in. */
export const WATCHED: readonly Watched[] = [
  { name: 'heap', metric: 'nodejs_heap_size_used_bytes', unit: 'MiB', perUnit: MIB, growthMax: 20 },
  { name: 'external', metric: 'nodejs_external_memory_bytes', unit: 'MiB', perUnit: MIB, growthMax: 20 },
  { name: 'memory', metric: 'process_resident_memory_bytes', unit: 'MiB', perUnit: MIB, growthMax: 60 },
  { name: 'handles', metric: 'nodejs_active_handles_total', unit: '', perUnit: 1, growthMax: 5 },
  { name: 'files', metric: 'process_open_fds', unit: '', perUnit: 1, growthMax: 5 },
  { name: 'queue', metric: 'shelfwire_gateway_outbox_queued_readings', unit: 'readings', perUnit: 1, growthMax: 100 },
  { name: 'outbox', metric: 'shelfwire_gateway_outbox_size_bytes', unit: 'MiB', perUnit: MIB, growthMax: 20 },
  { name: 'pending', metric: 'shelfwire_reorder_outbox_pending', unit: 'messages', perUnit: 1, growthMax: 20 },
  { name: 'cpu', metric: 'process_cpu_seconds_total', unit: 's', perUnit: 1 },
];
/** Databases grow by what is measured: told, with no limit. */
export const STORED: Watched = { name: 'on disk', metric: '', unit: 'MiB', perUnit: MIB };

export type Seen = Map<string, { watched: Watched; samples: Sample[] }>;

/** One look at everything. @param samplesFile where each look is noted, as a line of JSON */
export async function look(site: FaultSite, atHours: number, seen: Seen, samplesFile?: string): Promise<void> {
  const note: Record<string, number> = {};
  const see = (of: string, watched: Watched, value: number): void => {
    const key = `${of} ${watched.name}`;
    note[key] = value;
    const entry = seen.get(key) ?? { watched, samples: [] };
    entry.samples.push({ atHours, value });
    seen.set(key, entry);
  };
  for (const service of site.services) {
    const metrics = await service.metrics();
    for (const watched of WATCHED) {
      const value = metrics.get(watched.metric);
      if (value !== undefined) see(service.name, watched, value);
    }
  }
  const folders = { ...site.centre.databaseFolders, services: site.folder };
  for (const [name, folder] of Object.entries(folders)) see(name, STORED, await sizeOf(folder));
  if (samplesFile !== undefined) await appendFile(samplesFile, `${JSON.stringify({ atHours, ...note })}\n`);
}

/** Bytes of all files below; what vanishes meanwhile counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
