import type { BenchSite } from './bench-site.ts';
import { latenciesOf, quantile, type LatencyProbe } from './latency-probe.ts';
import { countAppended, countConfirmed } from './queue.ts';

const TELL_EVERY_MS = 10_000;

/** Tells on stderr how a long run goes, so that nobody waits five minutes for what failed in the first. */
export class Progress {
  readonly #timer: NodeJS.Timeout;

  constructor(site: BenchSite, probe: LatencyProbe, seconds: number) {
    const startedAtMs = performance.now();
    this.#timer = setInterval(() => {
      const elapsedSeconds = Math.round((performance.now() - startedAtMs) / 1_000);
      void queued(site).then((readings) =>
        console.error(
          `  ${elapsedSeconds} of ${seconds} s: ${readings} readings under way, device to ledger ` +
            `${Math.round(quantile(latenciesOf(probe.timed), 0.99))} ms (p99 so far)`,
        ),
      );
    }, TELL_EVERY_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

async function queued(site: BenchSite): Promise<number> {
  return (await countAppended(site)) - (await countConfirmed(site));
}
