import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { LogFile } from './log-file.ts';
import { describeLine, type LogNotice } from './log-notice.ts';

const RESTART_FIRST_MS = 500;
const RESTART_MOST_MS = 30_000;
/** A process that ran that long has recovered: its next end counts as the first again. */
const STEADY_AFTER_MS = 60_000;
/** Ends in a row after which a start is called hopeless. */
const ENDS_MAX = 5;
const STOP_TIMEOUT_MS = 25_000;
const PROBE_TIMEOUT_MS = 2_000;

export interface ChildSettings {
  name: string;
  entry: string;
  env: Readonly<Record<string, string>>;
  /** Base URL of /readyz. */
  url: string;
  logPath: string;
  /** A generated file that its messages name, and the file a person should look at instead. */
  readsCopyOf?: { copy: string; original: string };
}

export interface ChildEvents {
  /** A line that a person should see. */
  notice(name: string, notice: LogNotice): void;
  /** It has a new process id. */
  started(): void;
  ended(name: string, how: string, restartsInMs: number): void;
}

const preload = fileURLToPath(new URL('./leave-with-launcher.js', import.meta.url));

/** One of the system's processes: started again with backoff whenever it ends, until it is stopped. */
export class Child {
  readonly settings: ChildSettings;
  readonly #events: ChildEvents;
  readonly #log: LogFile;
  #process: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startedAtMs = 0;
  #endsInARow = 0;
  #lastError: string | undefined;
  #needsPerson = false;
  #stopping = false;

  constructor(settings: ChildSettings, events: ChildEvents) {
    this.settings = settings;
    this.#events = events;
    this.#log = new LogFile(settings.logPath);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Why there is no point in waiting any longer: it ended again and again. */
  get hopeless(): string | undefined {
    if (this.#endsInARow < ENDS_MAX) return undefined;
    return this.#lastError ?? `it ended ${this.#endsInARow} times without saying why`;
  }

  start(): void {
    this.#startedAtMs = Date.now();
    const child = spawn(process.execPath, ['--import', preload, this.settings.entry], {
      env: this.settings.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#process = child;
    this.#events.started();
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#take(line));
    }
    child.once('error', (error) => this.#take(`cannot start: ${error.message}`));
    child.once('close', (code, signal) => this.#ended(signal ?? `exit code ${code}`));
  }

  /** @returns what is missing before it is ready, or undefined when it is */
  async probe(): Promise<string | undefined> {
    try {
      const response = await fetch(new URL('/readyz', this.settings.url), {
        signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
      });
      const answer = (await response.json()) as { missing?: string[] };
      return response.ok ? undefined : (answer.missing?.join(', ') ?? `HTTP ${response.status}`);
    } catch {
      return 'it does not answer yet';
    }
  }

  /** SIGTERM, and SIGKILL if it does not drain in time. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    }
    this.#log.close();
  }

  #take(line: string): void {
    if (line === '') return;
    this.#log.write(line);
    const described = describeLine(line);
    if (!described) return;
    const { copy, original } = this.settings.readsCopyOf ?? { copy: '', original: '' };
    const notice = copy === '' ? described : { ...described, text: described.text.replaceAll(copy, original) };
    if (notice.level !== 'warn') this.#lastError = notice.text;
    this.#needsPerson ||= notice.needsPerson ?? false;
    this.#events.notice(this.settings.name, notice);
  }

  #ended(how: string): void {
    if (this.#stopping) return;
    if (this.#needsPerson) this.#endsInARow = ENDS_MAX;
    const steady = Date.now() - this.#startedAtMs > STEADY_AFTER_MS;
    this.#endsInARow = steady ? 1 : this.#endsInARow + 1;
    const restartsInMs = Math.min(RESTART_MOST_MS, RESTART_FIRST_MS * 2 ** (this.#endsInARow - 1));
    this.#events.ended(this.settings.name, how, restartsInMs);
    this.#timer = setTimeout(() => this.start(), restartsInMs);
  }
}
