import { parseArgs } from 'node:util';

import { FaultSite } from '../faults/fault-site.ts';
import { Probe } from '../faults/probe.ts';
import { PROBES, probeLogin } from '../faults/site-files.ts';
import { slopePerHour, type Sample } from './slope.ts';

const USAGE = `npm run soak -- [--hours N] [--parts production|embedded]

Runs the whole system under steady traffic and looks at each service twice a minute: memory, heap and handles. Prints by
how much each grows in an hour, after the first tenth of the time, and ends with 1 if one grows beyond its limit.`;

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 30_000;
const PROBE_INTERVAL_MS = 50;
const MIB = 2 ** 20;
/** What each may grow by in an hour. Of the memory, caches and the allocator take some; the heap is what leaks show in. */
const WATCHED = [
  { metric: 'nodejs_heap_size_used_bytes', name: 'heap', unit: 'MiB', perUnit: MIB, growthMax: 20 },
  { metric: 'process_resident_memory_bytes', name: 'memory', unit: 'MiB', perUnit: MIB, growthMax: 60 },
  { metric: 'nodejs_active_handles_total', name: 'handles', unit: '', perUnit: 1, growthMax: 5 },
] as const;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();

/** @returns the exit code: 0 nothing grows, 1 something does, 2 wrong options */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      hours: { type: 'string', default: '1' },
      parts: { type: 'string', default: 'embedded' },
      help: { type: 'boolean', default: false },
    },
  });
  const hours = Number(values.hours);
  const { parts } = values;
  if (values.help || !(hours > 0) || (parts !== 'production' && parts !== 'embedded')) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const site = await FaultSite.start(parts);
  await site.startSim({ calm: false });
  const probes = PROBES.map(
    (deviceId) => new Probe({ deviceId, url: site.gateway.deviceUrl, password: probeLogin(deviceId).password }),
  );
  const running = probes.map((probe) => probe.run(PROBE_INTERVAL_MS));
  const seen = await watch(site, hours);
  for (const probe of probes) probe.stop();
  await Promise.all(running);
  const messages = probes.reduce((sum, probe) => sum + probe.sent.length, 0);
  await site.close();
  await site.removeFolder();
  console.log(`${hours} h, ${messages} messages of probes beside the shelves\n`);
  return tell(seen) ? 0 : 1;
}

async function watch(site: FaultSite, hours: number): Promise<Map<string, Sample[]>> {
  const seen = new Map<string, Sample[]>();
  const startedAtMs = Date.now();
  while (Date.now() - startedAtMs < hours * HOUR_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const atHours = (Date.now() - startedAtMs) / HOUR_MS;
    for (const service of site.services) {
      for (const { metric, name } of WATCHED) {
        const value = await service.metric(metric);
        if (value === undefined || atHours < hours / 10) continue;
        const key = `${service.name} ${name}`;
        seen.set(key, [...(seen.get(key) ?? []), { atHours, value }]);
      }
    }
    process.stderr.write(`${(atHours * 60).toFixed(1)} min of ${(hours * 60).toFixed(0)}\r`);
  }
  return seen;
}

/** @returns false if something grew too much */
function tell(seen: ReadonlyMap<string, readonly Sample[]>): boolean {
  let isCalm = true;
  console.log('service and what            first      last    an hour   at most');
  for (const [key, samples] of seen) {
    const watched = WATCHED.find(({ name }) => key.endsWith(` ${name}`));
    if (!watched) continue;
    const { perUnit, growthMax, unit } = watched;
    const growth = slopePerHour(samples) / perUnit;
    const within = growth <= growthMax;
    isCalm &&= within;
    const shown = [samples[0]?.value ?? 0, samples.at(-1)?.value ?? 0].map((value) => (value / perUnit).toFixed(1));
    const cells = [...shown, growth.toFixed(2), String(growthMax)].map((cell) => cell.padStart(10));
    console.log(`${key.padEnd(22)}${cells.join('')} ${unit}${within ? '' : '  GROWS'}`);
  }
  return isCalm;
}
