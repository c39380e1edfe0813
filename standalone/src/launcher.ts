import { setTimeout as wait } from 'node:timers/promises';

import { ShelfwireError } from '@shelfwire/contract';

import { Child, type ChildSettings } from './child.ts';
import { NoticeGate, type LogNotice } from './log-notice.ts';
import { PART_NAMES, STOP_ORDER, type PartName } from './parts.ts';

const PROBE_EVERY_MS = 100;
const READY_TIMEOUT_MS = 180_000;

/** What has to be ready before a part is worth starting. */
const STARTS_AFTER: Readonly<Record<PartName, readonly PartName[]>> = {
  'central-broker': [],
  'ingest-service': ['central-broker'],
  'reorder-service': ['central-broker'],
  'edge-gateway': ['central-broker'],
  'device-sim': ['edge-gateway', 'reorder-service'],
};

/** Starts, watches and stops the processes of the system. */
export class Launcher {
  readonly #children: ReadonlyMap<PartName, Child>;
  readonly #print: (line: string) => void;
  readonly #notices = new NoticeGate();
  #phase: 'starting' | 'ready' | 'stopping' = 'starting';

  /** @param started called whenever a process id has changed */
  constructor(
    parts: Readonly<Record<PartName, ChildSettings>>,
    print: (line: string) => void,
    started: (pids: Record<string, number | undefined>) => void,
  ) {
    this.#print = print;
    const events = {
      notice: (name: string, notice: LogNotice): void => {
        // While parts start they have nobody to talk to yet, and when they stop nobody any more.
        if (this.#phase !== 'ready' && notice.level === 'warn') return;
        // Then the start fails, and says so itself.
        if (this.#phase === 'starting' && notice.needsPerson) return;
        const line = this.#notices.pass(name, notice, Date.now());
        if (line !== undefined) print(`  ${notice.level === 'warn' ? '!' : '✗'} ${line}`);
      },
      started: (): void => started(this.#pids),
      ended: (name: string, how: string, restartsInMs: number): void => {
        if (this.#phase === 'starting' && this.#child(name as PartName).hopeless !== undefined) return;
        print(`  ✗ ${name} ended (${how}); it starts again in ${(restartsInMs / 1_000).toFixed(1)} s`);
      },
    };
    this.#children = new Map(PART_NAMES.map((name) => [name, new Child(parts[name], events)]));
  }

  /** @throws ShelfwireError PART_FAILED, saying which part, why, and where its log is */
  async start(signal: AbortSignal): Promise<void> {
    const startedAtMs = Date.now();
    const ready = new Map<PartName, Promise<void>>();
    for (const name of PART_NAMES) {
      const before = STARTS_AFTER[name].flatMap((other) => ready.get(other) ?? []);
      const started = Promise.all(before).then(async () => {
        signal.throwIfAborted();
        const child = this.#child(name);
        child.start();
        await this.#waitUntilReady(child, startedAtMs + READY_TIMEOUT_MS, signal);
        this.#print(`  ✓ ${name.padEnd(16)} ${((Date.now() - startedAtMs) / 1_000).toFixed(1).padStart(5)} s`);
      });
      started.catch(() => undefined); // told once, below
      ready.set(name, started);
    }
    await Promise.all(ready.values());
    this.#phase = 'ready';
  }

  /** From the devices inwards, each after the one before has drained. */
  async stop(): Promise<void> {
    this.#phase = 'stopping';
    for (const name of STOP_ORDER) await this.#child(name).stop();
  }

  get #pids(): Record<string, number | undefined> {
    return Object.fromEntries([...this.#children].map(([name, child]) => [name, child.pid]));
  }

  #child(name: PartName): Child {
    const child = this.#children.get(name);
    if (!child) throw new RangeError(`no part ${name}`);
    return child;
  }

  async #waitUntilReady(child: Child, endsAtMs: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const missing = await child.probe();
      signal.throwIfAborted();
      if (missing === undefined) return;
      const { name, logPath } = child.settings;
      const { hopeless } = child;
      if (hopeless !== undefined) {
        throw new ShelfwireError('PART_FAILED', `${name} cannot run: ${hopeless}\n  Its log: ${logPath}`);
      }
      if (Date.now() > endsAtMs) {
        const seconds = READY_TIMEOUT_MS / 1_000;
        throw new ShelfwireError(
          'PART_FAILED',
          `${name} is not ready after ${seconds} s: ${missing}\n  Its log: ${logPath}`,
        );
      }
      await wait(PROBE_EVERY_MS, undefined, { signal });
    }
  }
}
