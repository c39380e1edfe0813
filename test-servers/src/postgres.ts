import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { accepts } from './mosquitto.ts';
import { freePort, ServerProcess } from './process.ts';
import { findProgram } from './requirement.ts';

/** A real PostgreSQL cluster in a folder of its own; the superuser is `postgres`, without a password. */
export class PostgresServer {
  readonly port: number;
  readonly folder: string;
  readonly #bin: string;
  #process: ServerProcess | undefined;

  private constructor(port: number, folder: string, bin: string) {
    this.port = port;
    this.folder = folder;
    this.#bin = bin;
  }

  static async start(): Promise<PostgresServer> {
    const program = findProgram('postgres');
    if (!program) throw new Error('postgresql is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'shelfwire-postgres-'));
    if (runsAsRoot()) chownSync(folder, idOf('-u'), idOf('-g'));
    const server = new PostgresServer(await freePort(), folder, dirname(program));
    const [command, args] = server.#asServerUser('initdb', [
      '-D',
      folder,
      '-U',
      'postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ]);
    execFileSync(command, args, { stdio: 'pipe' });
    await server.restart();
    return server;
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  /** The end of its log. */
  get output(): string {
    return this.#process?.output ?? '';
  }

  /** @returns `postgres://…` for the database named, which must exist */
  url(database = 'postgres'): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** Makes an empty database and answers its URL: one a test file, so that files run side by side. */
  createDatabase(name: string): string {
    execFileSync(join(this.#bin, 'createdb'), ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', name]);
    return this.url(name);
  }

  async restart(): Promise<void> {
    await this.stop();
    const [command, args] = this.#asServerUser('postgres', [
      '-D',
      this.folder,
      '-p',
      String(this.port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${this.folder}`,
      '-c',
      'max_connections=200',
    ]);
    this.#process = new ServerProcess(command, args);
    await this.#process.ready(async () => (await accepts(this.port)) && this.#answers());
  }

  #answers(): boolean {
    try {
      execFileSync(join(this.#bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(this.port)], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  }

  /** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one (as a power cut). */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    await this.#process?.stop(signal);
  }

  async close(): Promise<void> {
    await this.stop('SIGQUIT');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** PostgreSQL refuses to run as root: there, it runs as Debian's `postgres` user. setpriv execs, so signals reach it. */
  #asServerUser(program: string, args: string[]): [string, string[]] {
    const path = join(this.#bin, program);
    if (!runsAsRoot()) return [path, args];
    return ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', path, ...args]];
  }
}

function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres']).toString());
}
