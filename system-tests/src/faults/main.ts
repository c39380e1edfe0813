import { parseArgs } from 'node:util';

import { findProgram, type Requirement } from '@shelfwire/test-servers';

import { formatNetworkReport, runBadNetwork } from './network-run.ts';
import { formatReport, runFaults } from './run.ts';

const USAGE = `npm run test:faults -- [--scenario kill|network] [--seed N] [--seconds N]
                           [--parts production|embedded]

kill     runs the whole system with simulated traffic, kills each process in turn with SIGKILL, and compares what the
         devices sent with what is stored and in the ledger; the seed fixes which process is killed when, and how long
network  two gateways behind bad lines: delay, loss, outages; the seed fixes when and for how long`;

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
  if (scenario !== 'kill' && scenario !== 'network') return refuse('scenario must be kill or network');
  const inProduction = scenario === 'kill' && parts === 'production';
  const required: Requirement[] = inProduction ? ['mosquitto', 'postgres', 'influxdb'] : ['mosquitto'];
  const missing = required.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) return refuse(`not installed: ${missing.join(', ')}; see CONTRIBUTING.md`);

  const say = (line: string): void => {
    console.log(line);
  };
  if (scenario === 'network') {
    const report = await runBadNetwork({ seed, seconds, say });
    console.log(formatNetworkReport(report));
    return report.broken.length === 0 ? 0 : 1;
  }
  const report = await runFaults({ seed, seconds, parts, say });
  console.log(formatReport(report));
  return report.broken.length === 0 ? 0 : 1;
}

function refuse(because: string): number {
  console.error(`${because}\n\n${USAGE}`);
  return 2;
}
