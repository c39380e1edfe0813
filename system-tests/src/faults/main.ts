import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { findProgram, type Requirement } from '@shelfwire/test-servers';

import { formatNetworkReport, runBadNetwork } from './network-run.ts';
import { FAULTS } from '../simulation/fault-plan.ts';
import { formatFaultTable, formatSimulation, simulationRows } from '../simulation/report.ts';
import { runCampaign } from '../simulation/campaign.ts';
import { simulate, type SimulationReport } from '../simulation/run.ts';
import { SimulatedDatabase } from '../simulation/simulated-database.ts';
import type { Parts } from './centre.ts';
import { FAULT_KINDS, type FaultKind } from './plan.ts';
import { formatReport, processRows, runFaults, type FaultReport } from './run.ts';

const USAGE = `npm run test:faults -- [--scenario kill|stop|wipe|database|disk|clock|mixed|
                           network|simulation|table|everything] [--seed N] [--seconds N]
                           [--parts production|embedded] [--stop-seconds N] [--runs N] [--days N] [--workers N]

kill     runs the whole system with simulated traffic, kills each process in turn with SIGKILL, and compares what the
         devices sent with what is stored and in the ledger; the seed fixes which process is killed when, and how long
stop, wipe, database, disk, clock: the same with processes frozen (for --stop-seconds), the broker's disk wiped,
         PostgreSQL and InfluxDB killed, the gateway's disk full, its clock stepped; mixed: all of that and kill
network  two gateways behind bad lines: delay, loss, outages; the seed fixes when and for how long
simulation  the stages of the whole chain in one process on a virtual clock: N sites one after the other, each with the
         next seed, each for some days with every fault there is; the same seed gives the same days. On so many threads
table    the simulation with each fault alone for some days, then with all together: one line of a table each
everything  each kind of fault on the real processes for --seconds each, then each alone in the simulation for --days: one
         table, and every broken promise`;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();

/** @returns the exit code: 0 every promise held, 1 one was broken, 2 it could not be tried */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'kill' },
      seed: { type: 'string', default: String(Date.now() % 100_000) },
      seconds: { type: 'string', default: '60' },
      parts: { type: 'string', default: 'production' },
      'stop-seconds': { type: 'string' },
      runs: { type: 'string', default: '1' },
      days: { type: 'string', default: '3' },
      workers: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', default: false },
    },
  });
  const { scenario, parts } = values;
  const [seed, seconds] = [Number(values.seed), Number(values.seconds)];
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (!Number.isInteger(seed) || !(seconds >= 10)) return refuse('seed must be a whole number, seconds at least 10');
  if (parts !== 'production' && parts !== 'embedded') return refuse('parts must be production or embedded');
  if (scenario === 'simulation') {
    const [runs, days, workers] = [Number(values.runs), Number(values.days), Number(values.workers)];
    return simulateAll({ firstSeed: seed, runs, days, workers });
  }
  if (scenario === 'table') return tabulate(seed, Number(values.days));
  if (scenario === 'everything') {
    return tryEverything({ seed, seconds, parts, days: Number(values.days) });
  }
  const kinds = scenario === 'mixed' ? FAULT_KINDS : FAULT_KINDS.filter((kind) => kind === scenario);
  if (kinds.length === 0 && scenario !== 'network') return refuse('there is no such scenario');
  const missing = missingPrograms(kinds, scenario === 'network' ? 'embedded' : parts);
  if (missing.length > 0) return refuse(`not installed: ${missing.join(', ')}; see CONTRIBUTING.md`);

  if (scenario === 'network') {
    const report = await runBadNetwork({ seed, seconds, say });
    console.log(formatNetworkReport(report));
    return report.broken.length === 0 ? 0 : 1;
  }
  const report = await runFaults({
    seed,
    seconds,
    parts,
    kinds: scenario === 'kill' ? undefined : kinds,
    stopMs: values['stop-seconds'] === undefined ? undefined : Number(values['stop-seconds']) * 1_000,
    say,
  });
  console.log(formatReport(report));
  return report.broken.length === 0 ? 0 : 1;
}

function say(line: string): void {
  console.log(line);
}

function missingPrograms(kinds: readonly FaultKind[], parts: Parts): Requirement[] {
  const required: Requirement[] = ['mosquitto'];
  if (parts === 'production') required.push('postgres', 'influxdb');
  if (kinds.includes('clock')) required.push('faketime');
  return required.filter((name) => findProgram(name) === undefined);
}

/** Each kind of fault on the real processes, one run after the other, then in the simulation. @returns as `main` */
async function tryEverything(about: { seed: number; seconds: number; parts: Parts; days: number }): Promise<number> {
  if (!(about.days > 0)) return refuse('days must be more than 0');
  const missing = missingPrograms(FAULT_KINDS, about.parts);
  if (missing.length > 0) return refuse(`not installed: ${missing.join(', ')}; see CONTRIBUTING.md`);
  const reports: FaultReport[] = [];
  for (const kinds of [...FAULT_KINDS.map((kind) => [kind]), FAULT_KINDS]) {
    say(`\n${kinds.join(', ')} …`);
    reports.push(await runFaults({ ...about, kinds, say }));
  }
  const runs = await simulateEach(about.seed, about.days);
  say(`\n${formatFaultTable([...processRows(reports), ...simulationRows(runs)])}`);
  return sayBroken([...reports.flatMap((report) => report.broken), ...brokenIn(runs)]);
}

async function simulateAll(about: { firstSeed: number; runs: number; days: number; workers: number }): Promise<number> {
  const { runs, days, workers } = about;
  if (!(runs >= 1) || !(days > 0) || !(workers >= 1)) return refuse('runs, days and workers must be more than 0');
  const [before, beganAtMs] = [process.cpuUsage(), performance.now()];
  let lived = 0;
  const reports = await runCampaign({
    ...about,
    lived: ({ seed, messages, crashes, orders, broken }) => {
      lived += days;
      const { user, system } = process.cpuUsage(before);
      const secondsADay = (user + system) / 1e6 / lived;
      const minutes = (performance.now() - beganAtMs) / 60_000;
      process.stderr.write(
        `${lived} of ${runs * days} site-days, ${secondsADay.toFixed(2)} CPU s each, ${(lived / minutes).toFixed(0)} a minute\r`,
      );
      const outcome = broken.length === 0 ? 'every promise held' : broken.map(({ sentence }) => sentence).join('; ');
      console.log(`seed ${seed}: ${messages} messages, ${crashes} deaths, ${orders} orders: ${outcome}`);
    },
  });
  console.log(`\n${formatSimulation(reports)}`);
  return reports.every(({ broken }) => broken.length === 0) ? 0 : 1;
}

type NamedRun = { name: string; report: SimulationReport };

async function tabulate(seed: number, days: number): Promise<number> {
  if (!(days > 0)) return refuse('days must be more than 0');
  const runs = await simulateEach(seed, days);
  say(formatFaultTable(simulationRows(runs)));
  return sayBroken(brokenIn(runs));
}

async function simulateEach(seed: number, days: number): Promise<NamedRun[]> {
  const database = await SimulatedDatabase.open();
  const runs: NamedRun[] = [];
  for (const faults of [...FAULTS.map((fault) => [fault]), FAULTS]) {
    const name = faults.length === 1 ? (faults[0]?.name ?? '') : 'all of them together';
    console.error(`${name} …`);
    runs.push({ name, report: await simulate(database, { seed, days, faults }) });
  }
  await database.close();
  return runs;
}

function brokenIn(runs: readonly NamedRun[]): string[] {
  return runs.flatMap(({ name, report }) => report.broken.map(({ sentence }) => `${name}: ${sentence}`));
}

/** @returns the exit code */
function sayBroken(broken: readonly string[]): number {
  for (const sentence of broken) say(sentence);
  return broken.length === 0 ? 0 : 1;
}

function refuse(because: string): number {
  console.error(`${because}\n\n${USAGE}`);
  return 2;
}
