import { needs } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { formatNetworkReport, runBadNetwork } from './network-run.ts';
import { formatReport, runFaults } from './run.ts';

// The seed is new each day, so that CI does not try the same kills for ever; a failure prints it.
const seed = Number(process.env['FAULT_SEED'] ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''));
const say = (line: string): void => {
  console.log(line);
};

describe.runIf(needs('mosquitto', 'postgres', 'influxdb'))('with PostgreSQL and InfluxDB', () => {
  test('killing each process in turn loses nothing, doubles nothing and orders nothing twice', async () => {
    const report = await runFaults({ seed, seconds: 45, parts: 'production', say });
    console.log(formatReport(report));
    expect(report.broken, `seed ${seed}`).toEqual([]);
  }, 400_000);
});

describe.runIf(needs('mosquitto'))('with the embedded parts', () => {
  test('killing each process in turn loses nothing, doubles nothing and orders nothing twice', async () => {
    const report = await runFaults({ seed, seconds: 25, parts: 'embedded', say });
    console.log(formatReport(report));
    expect(report.broken, `seed ${seed}`).toEqual([]);
  }, 400_000);

  test('two gateways behind bad lines with outages lose nothing and keep the order', async () => {
    const report = await runBadNetwork({ seed, seconds: 30, say });
    console.log(formatNetworkReport(report));
    expect(report.broken, `seed ${seed}`).toEqual([]);
  }, 400_000);
});
