import { formatTopic, type Confirmation, type SiteAddress } from '@shelfwire/contract';
import { isTracing, traceSteps } from '@shelfwire/contract/service';

import type { IngestReport } from './ingest-report.ts';
import type { IncomingMessage } from './parse/message.ts';
import { parseMessage, type ParsedMessage } from './parse/parse-message.ts';
import type { TelemetryPoint } from './points/point.ts';
import type { NewQuarantineEntry } from './quarantine/entry.ts';
import { messageEntry, readingEntry } from './quarantine/new-entry.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import type { StoreHold } from './store/hold.ts';
import type { RejectedPoint, TelemetryStore } from './store/telemetry-store.ts';

export interface IngestParts {
  store: TelemetryStore;
  quarantine: Quarantine;
  /** Resolves when the confirmation is on its way; rejects if it cannot be sent. */
  publishConfirmation: (topic: string, confirmation: Confirmation) => Promise<void>;
  report: IngestReport;
  hold: StoreHold;
}

/**
 * `done`: stored or quarantined, and confirmed. `unconfirmed`: not all of it is kept, or nobody could be told; the
 * sender has it still and sends it again.
 */
export type IngestOutcome = 'done' | 'unconfirmed';

/**
 * The way of one message: parse → store → quarantine what cannot be stored → confirm. Whoever calls acknowledges to the
 * broker afterwards (design D1). Repeats and disorder do no harm at any step.
 */
export class Ingest {
  readonly #parts: IngestParts;

  constructor(parts: IngestParts) {
    this.#parts = parts;
  }

  /** Never rejects. `signal` cuts the wait for an absent store short. */
  async handle(message: IncomingMessage, signal: AbortSignal): Promise<IngestOutcome> {
    const { report } = this.#parts;
    const parsed = parseMessage(message);
    try {
      const outcome = parsed.ok ? await this.#keep(message, parsed, signal) : await this.#setAside(message, parsed);
      report.messageHandled(parsed, outcome);
      return outcome;
    } catch (error) {
      report.messageLetGo(parsed, error);
      return 'unconfirmed';
    }
  }

  async #keep(
    message: IncomingMessage,
    parsed: Extract<ParsedMessage, { ok: true }>,
    signal: AbortSignal,
  ): Promise<IngestOutcome> {
    if (parsed.channel === 'readings') {
      const { batch, site } = parsed;
      const beganAtMs = Date.now();
      const rejected = await this.#write(batch.points, signal);
      if (isTracing()) {
        const readings = batch.sources.map(({ reading }) => reading);
        traceSteps('store reading', readings, beganAtMs, Date.now());
      }
      const refused = rejected.flatMap(({ index, reason }) => {
        const source = batch.sources[index];
        return source ? [readingEntry(message, site, source, 'refused-by-store', reason)] : [];
      });
      const bad = batch.bad.map((one) => readingEntry(message, site, one, 'bad-reading', one.detail));
      await this.#quarantine([...bad, ...refused]);
      this.#parts.report.readingsStored(batch.points, rejected.length);
      await this.#confirm(site, batch.confirmation);
      return 'done';
    }
    const [rejected] = await this.#write(parsed.points, signal);
    if (rejected) await this.#quarantine([messageEntry(message, parsed.site, 'refused-by-store', rejected.reason)]);
    else this.#parts.report.eventStored(parsed.channel);
    return 'done';
  }

  async #setAside(message: IncomingMessage, parsed: Extract<ParsedMessage, { ok: false }>): Promise<IngestOutcome> {
    const { reason, detail, site } = parsed.problem;
    await this.#quarantine([messageEntry(message, site, reason, detail)]);
    return 'done';
  }

  async #write(points: readonly TelemetryPoint[], signal: AbortSignal): Promise<readonly RejectedPoint[]> {
    if (points.length === 0) return [];
    const { store, hold, report } = this.#parts;
    const result = await hold.keep(
      () => report.timeWrite(() => store.write(points)),
      signal,
      (error) => report.storeAway(error),
    );
    report.storeTook();
    return result.rejected;
  }

  async #quarantine(entries: readonly NewQuarantineEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const fresh = await this.#parts.quarantine.add(entries);
    this.#parts.report.quarantined(fresh, this.#parts.quarantine);
  }

  async #confirm(site: SiteAddress, confirmation: Confirmation): Promise<void> {
    const topic = formatTopic({ channel: 'confirmations', consumer: 'ingest', ...site });
    await this.#parts.publishConfirmation(topic, confirmation);
  }
}
