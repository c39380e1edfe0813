import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { influx2Client, influx2Program, InfluxServer2 } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROWS = 20_000;

/**
 * InfluxDB 2's own client and server are not in Debian: SHELFWIRE_TEST_INFLUXDB2 and SHELFWIRE_TEST_INFLUXDB2_CLIENT name them.
 */
describe.runIf(influx2Program() !== undefined && influx2Client() !== undefined)('InfluxDB 2 by its own client', () => {
  let folder: string;
  const servers: InfluxServer2[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shelfwire-restore-2-'));
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<InfluxServer2> {
    const server = await InfluxServer2.start();
    servers.push(server);
    return server;
  }

  function run(script: string, server: InfluxServer2, ...args: string[]): string {
    return execFileSync(fileURLToPath(new URL(`../../deploy/${script}`, import.meta.url)), args, {
      env: {
        PATH: [dirname(influx2Client() ?? ''), process.env['PATH'] ?? ''].join(delimiter),
        HOME: folder,
        SHELFWIRE_BACKUP_INFLUX_URL: server.url,
        SHELFWIRE_BACKUP_INFLUX_TOKEN: server.token,
      },
      stdio: 'pipe',
    })
      .toString()
      .trim();
  }

  async function write(server: InfluxServer2, bucket: string): Promise<void> {
    const nowMs = Date.now();
    const lines = Array.from(
      { length: ROWS },
      (_, n) => `reading,deviceId=d${n % 7} netGrams=${n},sequence=${n}i ${nowMs - n}000000`,
    );
    await server.write(bucket, lines.join('\n'));
  }

  const sums = async (server: InfluxServer2, database: string, token?: string): Promise<string> => {
    const question = 'select count(netGrams), sum(netGrams), max(sequence) from reading group by deviceId';
    return JSON.stringify((await server.query(question, database, token)).results?.[0]?.series);
  };

  test('comes back on another machine with every point, every bucket and every token', async () => {
    const before = await start();
    await before.createDatabase('shelfwire_acme');
    await write(before, 'shelfwire');
    await write(before, 'shelfwire_acme');
    const reader = await before.authorize([{ resource: 'buckets', action: 'read', bucket: 'shelfwire_acme' }]);
    const taken = run('backup.sh', before, join(folder, 'backups'));

    const after = await start();
    run('restore.sh', after, taken);
    for (const database of ['shelfwire', 'shelfwire_acme']) {
      expect(await sums(after, database)).toBe(await sums(before, database));
    }
    expect(await sums(after, 'shelfwire_acme', reader.token)).toContain('"deviceId":"d6"');
    await expect(sums(after, 'shelfwire', reader.token)).rejects.toThrow('database not found');
    await write(after, 'shelfwire');
  });
});
