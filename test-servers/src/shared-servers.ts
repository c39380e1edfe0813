import { existsSync, mkdirSync, mkdtempSync, renameSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { PostgresServer } from './postgres.ts';

/**
 * What the test files of one run share, because making it takes longer than the tests that use it: a PostgreSQL, in which
 * each file has a database of its own, and a folder for what is made once. The process that runs the workers owns them
 * and ends them with itself; workers find them by this variable.
 */
const VARIABLE = 'SHELFWIRE_SHARED_SERVERS';

interface Shared {
  url: string;
  folder: string;
}

/** Vitest's global setup: nothing is started before a test asks for it. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-shared-'));
  let postgres: Promise<PostgresServer> | undefined;
  const server = createServer((_request, reply) => {
    postgres ??= PostgresServer.start();
    postgres.then(
      (started) => reply.end(started.url()),
      (error: unknown) => reply.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  process.env[VARIABLE] = JSON.stringify({ url: `http://127.0.0.1:${port}`, folder } satisfies Shared);
  return async () => {
    server.closeAllConnections();
    server.close();
    await (await postgres)?.close();
    await rm(folder, { recursive: true, force: true });
  };
}

function shared(): Shared {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('shared servers are there only where Vitest runs the global setup');
  return JSON.parse(text) as Shared;
}

/** @returns the URL of the run's PostgreSQL for its superuser; other files use it at the same time */
export async function sharedPostgresUrl(): Promise<string> {
  const answer = await fetch(shared().url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/**
 * The path of something that one worker makes and all use. The others wait for it, or make it themselves if the first
 * could not.
 */
export async function madeOnce(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(shared().folder, name);
  while (!existsSync(path)) {
    if (!takeLock(`${path}.lock`)) {
      await wait(25);
      continue;
    }
    try {
      if (existsSync(path)) break;
      await make(`${path}.part`);
      renameSync(`${path}.part`, path);
    } finally {
      rmdirSync(`${path}.lock`);
    }
  }
  return path;
}

function takeLock(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
