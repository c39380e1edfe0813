import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';

import { FaultSite } from '../faults/fault-site.ts';
import { Probe } from '../faults/probe.ts';
import { BUSY, PROBES, probeLogin, type Pace } from '../faults/site-files.ts';
import { tellGrowth } from './growth.ts';
import { look, type Seen } from './watch.ts';

const USAGE = `npm run soak -- [--hours N] [--parts production|embedded] [--pace busy|moderate] [--samples FILE]

Runs the whole system under steady traffic and looks at each service twice a minute: heap, memory, handles, open files,
queues, and what lies on disk. Prints by how much each grows in an hour, in all and in the second half of the time, and
ends with 1 if one grows beyond its limit in the second half: what it took on before may be warm-up.

--pace     moderate asks for about a third of one core in all, so that it may run beside other work
--samples  notes each look in this file, as a line of JSON`;

const HOUR_MS = 3_600_000;
const LOOK_EVERY_MS = 30_000;
const PACES: Readonly<Record<string, Pace & { probeIntervalMs: number }>> = {
  busy: { ...BUSY, probeIntervalMs: 50 },
  moderate: { takesPerHour: 300, intervalMs: 1_000, probeIntervalMs: 250 },
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();

/** @returns the exit code: 0 nothing grows, 1 something does, 2 wrong options */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      hours: { type: 'string', default: '1' },
      parts: { type: 'string', default: 'embedded' },
      pace: { type: 'string', default: 'busy' },
      samples: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const hours = Number(values.hours);
  const { parts } = values;
  const pace = PACES[values.pace];
  if (values.help || !(hours > 0) || !pace || (parts !== 'production' && parts !== 'embedded')) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const site = await FaultSite.start(parts, [], pace);
  await site.startSim({ calm: false });
  const probes = PROBES.map(
    (deviceId) => new Probe({ deviceId, url: site.gateway.deviceUrl, password: probeLogin(deviceId).password }),
  );
  const running = probes.map((probe) => probe.run(pace.probeIntervalMs));
  const seen = await watch(site, hours, values.samples);
  for (const probe of probes) probe.stop();
  await Promise.all(running);
  const messages = probes.reduce((sum, probe) => sum + probe.sent.length, 0);
  const orders = (await site.supplierOrders()).length;
  await site.close();
  await site.removeFolder();
  console.log(`${hours} h, ${parts} parts, ${messages} messages of probes beside the shelves, ${orders} orders\n`);
  return tellGrowth(seen) ? 0 : 1;
}

async function watch(site: FaultSite, hours: number, samplesFile: string | undefined): Promise<Seen> {
  const seen: Seen = new Map();
  const startedAtMs = Date.now();
  const loads: number[] = [];
  while (Date.now() - startedAtMs < hours * HOUR_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const atHours = (Date.now() - startedAtMs) / HOUR_MS;
    loads.push(loadavg()[0] ?? 0);
    await look(site, atHours, seen, samplesFile);
    process.stderr.write(`${(atHours * 60).toFixed(1)} min of ${(hours * 60).toFixed(0)}\r`);
  }
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  console.log(`load of the machine meanwhile: ${mean.toFixed(1)} on average, ${Math.max(...loads).toFixed(1)} at most`);
  return seen;
}
