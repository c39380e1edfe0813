import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

// Node strips the types itself: no stale build is tested.
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** The service as a process of its own, which can be killed. */
export class IngestProcess {
  readonly child: ChildProcess;
  /** `http://host:port`, once it listens. */
  readonly url: Promise<string>;
  #output = '';

  constructor(env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], SHELFWIRE_HTTP_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // A test that failed before its end leaves no service behind.
    const onExit = (): void => {
      this.child.kill('SIGKILL');
    };
    process.once('exit', onExit);
    this.child.once('exit', () => process.off('exit', onExit));
    this.url = new Promise((resolve) => {
      const keep = (chunk: Buffer): void => {
        this.#output += chunk.toString();
        const url = /"url":"([^"]+)"/.exec(this.#output)?.[1];
        if (url !== undefined) resolve(url);
      };
      this.child.stdout?.on('data', keep);
      this.child.stderr?.on('data', keep);
    });
  }

  get output(): string {
    return this.#output;
  }

  /** @returns the exit code; null after a signal that killed it */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended();
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}
