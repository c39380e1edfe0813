import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { LoadCommand, LoadCounts, LoadOrder } from './load-worker.ts';

/** The simulated scales, in a process of their own. */
export class Load {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(order: LoadOrder): Promise<Load> {
    const load = new Load(fork(fileURLToPath(new URL('./load-worker.js', import.meta.url))));
    await load.#ask({ kind: 'connect', order });
    return load;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  run(seconds: number, messagesPerSecond: number): Promise<LoadCounts> {
    return this.#ask({ kind: 'run', seconds, messagesPerSecond });
  }

  counts(): Promise<LoadCounts> {
    return this.#ask({ kind: 'count' });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(command: LoadCommand): Promise<LoadCounts> {
    const answer = once(this.#child, 'message');
    this.#child.send(command);
    const [counts] = (await answer) as [LoadCounts];
    return counts;
  }
}
