import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A service that has not drained by then counts as hung: its exit code will be null. */
const DRAIN_TIMEOUT_MS = 30_000;

/** One of our services as a real process, that can be killed and started again with the same settings. */
export class ServiceProcess {
  readonly name: string;
  readonly #entry: string;
  readonly #env: Record<string, string>;
  readonly #readyUrl: string | undefined;
  readonly #log: WriteStream;
  readonly #logFile: string;
  #child: ChildProcess | undefined;
  kills = 0;

  /** @param entry the package export to run, as `@shelfwire/edge-gateway/main`, or the file of another build */
  constructor(options: {
    name: string;
    entry: string;
    env: Record<string, string>;
    readyUrl?: string;
    logFile: string;
  }) {
    this.name = options.name;
    this.#entry = isAbsolute(options.entry) ? options.entry : fileURLToPath(import.meta.resolve(options.entry));
    this.#env = options.env;
    this.#readyUrl = options.readyUrl;
    this.#logFile = options.logFile;
    this.#log = createWriteStream(options.logFile, { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const child = spawn(process.execPath, [this.#entry], {
      env: { PATH: process.env['PATH'] ?? '', ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(this.#log, { end: false });
    child.stderr.pipe(this.#log, { end: false });
    this.#child = child;
    // A run that is broken off leaves nothing behind.
    const onExit = (): void => {
      child.kill('SIGKILL');
    };
    process.once('exit', onExit);
    child.once('exit', () => process.off('exit', onExit));
  }

  /** Waits until `/readyz` answers 200. @throws if the process ended or the time is up */
  async ready(timeoutMs = 180_000): Promise<void> {
    if (!this.#readyUrl) return;
    const endsAtMs = Date.now() + timeoutMs;
    for (;;) {
      const answer = await fetch(this.#readyUrl).catch(() => undefined);
      if (answer?.ok) return;
      if (this.#child?.exitCode !== null) {
        throw new Error(`${this.name} ended with ${this.#child?.exitCode}: ${this.#lastWords()}`);
      }
      if (Date.now() > endsAtMs) {
        throw new Error(`${this.name} is not ready after ${timeoutMs} ms: ${(await answer?.text()) ?? 'no answer'}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The end of its log, for whoever has to find out why. */
  #lastWords(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-3).join('\n');
  }

  /** By name, with the labels as they stand in the text; none while the service is away. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    if (!this.#readyUrl) return new Map();
    const answer = await fetch(new URL('/metrics', this.#readyUrl)).catch(() => undefined);
    const lines = (await answer?.text())?.split('\n').filter((line) => line !== '' && !line.startsWith('#')) ?? [];
    return new Map(
      lines.map((line) => {
        const space = line.lastIndexOf(' ');
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
    );
  }

  /** SIGSTOP freezes it in the middle of whatever it does, SIGCONT lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    this.kills += 1;
    await this.#end('SIGKILL');
  }

  /** @returns the exit code of a drained process: 0, or what went wrong */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#child?.exitCode ?? null;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), DRAIN_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  }
}
