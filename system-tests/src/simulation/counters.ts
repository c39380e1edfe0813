import type { METRICS } from '@shelfwire/contract';
import type { ServiceMetrics } from '@shelfwire/contract/service';

type Name = keyof typeof METRICS;

/** What the lives of one simulated process counted, beside what really came to it. */
export class ProcessCounters {
  /** Readings whose message it took to the end. */
  finished = 0;
  /** Readings of messages that it began and did not finish: it died, or let them go. They may be counted, and come again. */
  unfinished = 0;
  readonly #lives: ServiceMetrics[] = [];

  /** A new life, which counts from nothing as a process does. */
  begin(metrics: ServiceMetrics): void {
    this.#lives.push(metrics);
  }

  /** Notes a message with its outcome; `work` that never ends was the death of the process. */
  async during<Result>(
    readings: number,
    work: () => Promise<Result>,
    isFinished: (result: Result) => boolean,
  ): Promise<Result> {
    this.unfinished += readings;
    const result = await work();
    if (isFinished(result)) {
      this.unfinished -= readings;
      this.finished += readings;
    }
    return result;
  }

  /** Of all lives together. @param labels only what has these */
  async total(name: Name, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    let total = 0;
    for (const { registry } of this.#lives) {
      const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
      for (const value of values) {
        const fits = Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted);
        if (fits) total += value.value;
      }
    }
    return total;
  }

  /** For the tests of the judge. */
  get newest(): ServiceMetrics | undefined {
    return this.#lives.at(-1);
  }
}

/** How many readings a message of the channel `readings` holds. */
export function readingsIn(payload: Buffer): number {
  const { readings } = JSON.parse(payload.toString('utf8')) as { readings?: unknown[] };
  return readings?.length ?? 0;
}
