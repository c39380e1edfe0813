import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what kernels give to outgoing connections and to whoever listens on port 0. */
const PORTS = { from: 20_000, to: 32_000 };
const given = new Set<number>();

/**
 * A free TCP port of the loopback interface. Nobody else is given it by chance, neither before its server listens nor
 * while that server is restarted.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
}

/** A child process whose output is kept for the failure message. */
export class ServerProcess {
  readonly child: ChildProcess;
  #output = '';

  constructor(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    // A broken-off test run leaves no server behind.
    const onExit = (): void => {
      this.child.kill('SIGKILL');
    };
    process.once('exit', onExit);
    this.child.once('exit', () => process.off('exit', onExit));
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-20_000);
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
  }

  get output(): string {
    return this.#output;
  }

  get exited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until `probe` answers true; rejects with the process's output if it ends or the time is up. */
  async ready(probe: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
    const endsAtMs = Date.now() + timeoutMs;
    while (!(await probe().catch(() => false))) {
      if (this.exited) throw new Error(`${this.child.spawnfile} ended early:\n${this.#output}`);
      if (Date.now() > endsAtMs)
        throw new Error(`${this.child.spawnfile} not ready in ${timeoutMs} ms:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.exited) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}
