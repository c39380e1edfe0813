import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { findProgram, InfluxServer, needs, PostgresServer } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const GATEWAY = { tenantId: 'demo', siteId: 'plant-1', gatewayId: 'gw-1', password: 'a password of sixteen' };
const CATALOGUE = {
  tenants: [
    {
      tenantId: 'demo',
      name: 'Demo',
      sites: [{ siteId: 'plant-1', name: 'P', locations: [{ locationId: 'l', name: 'L' }] }],
    },
  ],
  gateways: [GATEWAY],
};
const ROWS = 20_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shelfwire-restore-'));
  writeFileSync(join(folder, 'catalogue.yaml'), JSON.stringify(CATALOGUE));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Debian keeps the tools of a cluster outside of the path. */
function path(): string {
  return [dirname(findProgram('postgres') ?? ''), '/usr/bin', process.env['PATH'] ?? ''].join(delimiter);
}

function backup(env: Record<string, string>, ...options: string[]): string {
  const out = execFileSync(fromRoot('deploy/backup.sh'), [...options, join(folder, 'backups')], {
    env: { PATH: path(), ...env },
  });
  return out.toString().trim();
}

function restore(env: Record<string, string>, ...args: string[]): string {
  return execFileSync(fromRoot('deploy/restore.sh'), args, { env: { PATH: path(), ...env }, stdio: 'pipe' }).toString();
}

/** Migrates, seeds if told to, and writes the broker's files: the shortest way to a database that the service made. */
function openByService(databaseUrl: string, seed: boolean): string {
  const access = mkdtempSync(join(folder, 'access-'));
  execFileSync(process.execPath, [fromRoot('reorder-service/dist/gateways/main.js')], {
    env: {
      SHELFWIRE_DATABASE_URL: databaseUrl,
      SHELFWIRE_BROKER_ACCESS_DIR: access,
      SHELFWIRE_BROKER_INGEST_PASSWORD: 'password of ingest',
      SHELFWIRE_BROKER_REORDER_PASSWORD: 'password of reorder',
      ...(seed ? { SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml') } : {}),
    },
    stdio: 'pipe',
  });
  return readFileSync(join(access, 'passwords'), 'utf8');
}

describe.runIf(needs('postgres'))('PostgreSQL', () => {
  let server: PostgresServer;
  const query = (url: string, sql: string): string =>
    execFileSync('psql', ['-XAtc', sql, url], { env: { PATH: path() }, stdio: 'pipe' })
      .toString()
      .trim();

  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(async () => {
    await server.close();
  });

  test('comes back with every row, its guards, and the gateways’ logins', () => {
    const url = server.createDatabase('before');
    const passwords = openByService(url, true);
    const movement = `insert into stock_movement (tenant_id, site_id, bin_id, item_id, kind, change, on_hand_after, at_ms,
      recorded_at_ms, gateway_id, outbox_id, sequence, revision, evidence)
      select 'demo', 'plant-1', 'b', 'i', 'CONSUMPTION', -1, 100000 - n, n, n, 'gw-1', 'o', n, 0, '{}'
      from generate_series(1, ${ROWS}) n`;
    query(url, movement);
    const taken = backup({ SHELFWIRE_BACKUP_DATABASE_URL: url });

    const empty = server.createDatabase('after');
    expect(restore({ SHELFWIRE_BACKUP_DATABASE_URL: empty }, taken)).toMatch(
      /PostgreSQL: \d+ tables, 20\d{3} rows, as in/,
    );
    const sums = 'select count(*), sum(change), min(on_hand_after), max(sequence) from stock_movement';
    expect(query(empty, sums)).toBe(query(url, sums));
    expect(() => query(empty, 'delete from stock_movement')).toThrow(/append-only/);
    const guards = 'select count(*) from pg_policies';
    expect(query(empty, guards)).toBe(query(url, guards));
    const own = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('demo/'));
    expect(own(openByService(empty, false))).toEqual(own(passwords));
  });

  test('a damaged backup is refused before anything is touched', () => {
    const url = server.createDatabase('small');
    openByService(url, true);
    const taken = backup({ SHELFWIRE_BACKUP_DATABASE_URL: url });
    appendFileSync(join(taken, 'postgres.dump'), 'x');
    const empty = server.createDatabase('untouched');
    expect(() => restore({ SHELFWIRE_BACKUP_DATABASE_URL: empty }, taken)).toThrow(/is damaged/);
    expect(query(empty, "select count(*) from information_schema.tables where table_schema = 'public'")).toBe('0');
  });
});

describe.runIf(needs('influxdb'))('InfluxDB 1.6', () => {
  test('comes back with every point', async () => {
    const server = await InfluxServer.start();
    await server.createDatabase('shelfwire');
    const lines = Array.from(
      { length: ROWS },
      (_, n) => `reading,deviceId=d${n % 7} netGrams=${n},sequence=${n}i ${n + 1}`,
    );
    const written = await fetch(`${server.directUrl}/write?db=shelfwire&precision=ms`, {
      method: 'POST',
      body: lines.join('\n'),
    });
    expect(written.status).toBe(204);
    const sums = async (): Promise<unknown> =>
      (
        await server.query(
          'select count(netGrams), sum(netGrams), max(sequence) from reading group by deviceId',
          'shelfwire',
        )
      ).results?.[0]?.series;
    const before = await sums();
    const taken = backup({ SHELFWIRE_BACKUP_INFLUX_V1: server.backupAddress });
    await server.query('DROP DATABASE "shelfwire"');
    restore({ SHELFWIRE_BACKUP_INFLUX_V1: server.backupAddress }, taken);
    // 1.6 knows the restored fields' types only after a restart: until then a sum of them is null.
    await server.restart();
    expect(await sums()).toEqual(before);
    expect(JSON.stringify(before)).toContain('"deviceId":"d6"');
    await server.close();
  });
});

/**
 * InfluxDB 2's own client is not in Debian. What it is called with is held to its documentation
 * (docs.influxdata.com/influxdb/v2/reference/cli/influx/backup, …/restore): one positional path; `--full` restores buckets that
 * exist, and takes neither bucket nor organisation; `--operator-token`, since client 2.8, for backups with hashed tokens.
 */
describe('InfluxDB 2', () => {
  function recordingClient(knowsOperatorToken: boolean): { bin: string; calls: () => string[][] } {
    const bin = mkdtempSync(join(folder, 'influx-'));
    const help = knowsOperatorToken ? 'echo "   --operator-token value"' : 'echo "   --full"';
    const script = `#!/bin/sh
if [ "$2" = --help ]; then ${help}; exit 0; fi
printf '%s\\n' "$@" '' >>${join(bin, 'calls')}
for path in "$@"; do :; done
if [ "$1" = backup ]; then mkdir -p "$path" && echo '{}' >"$path/20260101T000000Z.manifest"; else ls "$path"/*.manifest >/dev/null; fi
`;
    writeFileSync(join(bin, 'influx'), script, { mode: 0o755 });
    const calls = (): string[][] =>
      readFileSync(join(bin, 'calls'), 'utf8')
        .split('\n\n')
        .filter(Boolean)
        .map((call) => call.split('\n'));
    return { bin, calls };
  }
  const at = { SHELFWIRE_BACKUP_INFLUX_URL: 'https://influx.example:8086', SHELFWIRE_BACKUP_INFLUX_TOKEN: 'its token' };
  const where = ['--host', 'https://influx.example:8086', '--token', 'its token'];

  test('is copied and restored by its own client, which is told the operator token where it knows of it', () => {
    for (const [knows, told, expected] of [
      [false, {}, []],
      [true, {}, ['--operator-token', 'its token']],
      [true, { SHELFWIRE_BACKUP_INFLUX_OPERATOR_TOKEN: 'another' }, ['--operator-token', 'another']],
    ] as const) {
      const { bin, calls } = recordingClient(knows);
      const env = { ...at, ...told, PATH: [bin, path()].join(delimiter) };
      const taken = backup(env);
      restore(env, taken);
      expect(calls()).toEqual([
        ['backup', ...where, 'influxdb-2'],
        ['restore', '--full', ...where, ...expected, join(taken, 'influxdb-2')],
      ]);
    }
  });
});

describe('the folder of `npm start`', () => {
  test('comes back with its PGlite; a running one is not copied; the outbox is left out', () => {
    const data = join(folder, 'data');
    mkdirSync(join(data, 'gateway', 'outbox'), { recursive: true });
    writeFileSync(join(data, 'gateway', 'outbox', 'segment'), 'readings that have been confirmed since');
    writeFileSync(join(data, 'secrets.json'), '{}');
    const passwords = openByService(`pglite:${join(data, 'database')}`, true);
    writeFileSync(join(data, 'lock'), `${process.pid} 1\n`);
    expect(() => backup({}, '--data-dir', data)).toThrow(/is in use/);
    writeFileSync(join(data, 'lock'), '999999999 1\n');
    const taken = backup({}, '--data-dir', data);

    const again = join(folder, 'data-again');
    restore({}, '--data-dir', again, taken);
    expect(() => restore({}, '--data-dir', again, taken)).toThrow(/is there already/);
    expect(() => readFileSync(join(again, 'gateway', 'outbox', 'segment'))).toThrow(/ENOENT/);
    const own = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('demo/'));
    expect(own(openByService(`pglite:${join(again, 'database')}`, false))).toEqual(own(passwords));
  });

  test('backups of the same second, at once and one after the other, are folders of their own and all come back', async () => {
    // A clock that stands still: the second is the same on every machine.
    const programs = mkdtempSync(join(folder, 'programs-'));
    writeFileSync(join(programs, 'date'), '#!/bin/sh\necho 20260102T030405Z\n', { mode: 0o755 });
    const into = join(folder, 'same-second');
    const take = async (name: string): Promise<string> => {
      const data = join(folder, name);
      mkdirSync(data);
      writeFileSync(join(data, 'whose'), name);
      const env = { PATH: [programs, path()].join(delimiter) };
      const { stdout } = await promisify(execFile)(fromRoot('deploy/backup.sh'), ['--data-dir', data, into], { env });
      return stdout.trim();
    };
    const names = ['first', 'second', 'third', 'fourth'];
    const taken = await Promise.all(names.map(take));
    taken.push(await take('fifth'));
    expect(readdirSync(into).toSorted()).toEqual(
      ['', '-2', '-3', '-4', '-5'].map((number) => `shelfwire-20260102T030405Z${number}`),
    );
    for (const [index, name] of [...names, 'fifth'].entries()) {
      const again = join(folder, `${name}-again`);
      restore({}, '--data-dir', again, taken[index] ?? '');
      expect(readFileSync(join(again, 'whose'), 'utf8')).toBe(name);
    }
  });
});
