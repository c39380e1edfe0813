import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort, ServerProcess } from './process.ts';
import { findProgram } from './requirement.ts';

/** A real Mosquitto with a folder of its own. */
export class MosquittoServer {
  readonly port: number;
  readonly folder: string;
  readonly #config: string;
  #process: ServerProcess | undefined;

  private constructor(port: number, folder: string, config: string) {
    this.port = port;
    this.folder = folder;
    this.#config = config;
  }

  /** @param extraConfig lines of mosquitto.conf; without it everybody may do everything on the loopback interface */
  static async start(extraConfig?: string): Promise<MosquittoServer> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'shelfwire-mosquitto-'));
    await chmod(folder, 0o777); // started as root, Mosquitto drops to its own user
    const config = [
      `listener ${port} 127.0.0.1`,
      'persistence true',
      `persistence_location ${folder}/`,
      'max_queued_messages 1000000', // not 0: 2.0.11 then cuts off a client whose publish is denied
      extraConfig ?? 'allow_anonymous true',
      '',
    ].join('\n');
    await writeFile(join(folder, 'mosquitto.conf'), config);
    const server = new MosquittoServer(port, folder, config);
    await server.restart();
    return server;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.#process?.child.pid;
  }

  /** Starts it (again) on the same port and folder. */
  async restart(): Promise<void> {
    await this.stop();
    const program = findProgram('mosquitto');
    if (!program) throw new Error('mosquitto is not installed');
    this.#process = new ServerProcess(program, ['-c', join(this.folder, 'mosquitto.conf')]);
    await this.#process.ready(() => accepts(this.port));
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(signal);
  }

  /** Forgets every session, queue and retained message, as a new disk would. */
  async wipe(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(join(this.folder, 'mosquitto.db'), { force: true });
    await this.restart();
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  get config(): string {
    return this.#config;
  }
}

/** True if something listens on the port of the loopback interface. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
