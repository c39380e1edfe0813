import { parseArgs } from 'node:util';

import { findProgram, type Requirement } from '@shelfwire/test-servers';

import { formatReport, runFaults } from './run.ts';

const USAGE = `npm run test:faults -- [--seed N] [--seconds N] [--parts production|embedded]

Runs the whole system with simulated traffic, kills each process in turn with SIGKILL, and compares what the devices
sent with what is stored and in the ledger. The seed fixes which process is killed when, and for how long.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    seconds: { type: 'string', default: '60' },
    parts: { type: 'string', default: 'production' },
    help: { type: 'boolean', default: false },
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const seed = Number(values.seed);
const seconds = Number(values.seconds);
const { parts } = values;

if (values.help) {
  console.log(USAGE);
} else if (!Number.isInteger(seed) || !(seconds >= 10) || (parts !== 'production' && parts !== 'embedded')) {
  console.error(`seed must be a whole number, seconds at least 10, parts production or embedded\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  const required: Requirement[] = parts === 'production' ? ['mosquitto', 'postgres', 'influxdb'] : ['mosquitto'];
  const missing = required.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) {
    console.error(`not installed: ${missing.join(', ')}; see CONTRIBUTING.md`);
    process.exitCode = 2;
  } else {
    const report = await runFaults({
      seed,
      seconds,
      parts,
      say: (line) => {
        console.log(line);
      },
    });
    console.log(formatReport(report));
    process.exitCode = report.broken.length === 0 ? 0 : 1;
  }
}
