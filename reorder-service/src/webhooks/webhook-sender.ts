import { Inject, Injectable } from '@nestjs/common';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import type { Config } from '../config.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { Outside } from '../outbound/outside.ts';
import type { OutsideAnswer } from '../outbound/post-outside.ts';
import { CLOCK, CONFIG, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import { claimDeliveries, laneOf, type ClaimedDelivery } from './claim-deliveries.ts';
import { signatureHeaders } from './sign.ts';

const LEASE_MARGIN_MS = 5_000;
/** Between attempts to tell what was refused, as Standard Webhooks proposes; the last one again and again. */
const WAITS_MS = [5_000, 60_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000, 5 * 3_600_000, 10 * 3_600_000];
/** A system that does not answer at all is asked again sooner: nothing else can reach it meanwhile. */
const BLOCKED_FIRST_MS = 1_000;
const BLOCKED_MOST_MS = 15 * 60_000;
/** These say something about the event; everything else says that the system is in trouble, or wrongly set up. */
const ABOUT_THE_EVENT = [400, 406, 409, 413, 415, 422];
const GONE = 410;

export type Outcome = 'delivered' | 'refused' | 'failed' | 'gone';

/** Sends what is due to customers' systems, and writes down what became of it. */
@Injectable()
export class WebhookSender {
  readonly #lanes = new Map<string, Promise<void>>();

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
    private readonly outside: Outside,
  ) {}

  /** Sends everything that is due now, and waits for the last answer. @returns how many events were tried */
  async sendDue(): Promise<number> {
    let tried = 0;
    for (;;) {
      const leaseMs = this.config.SHELFWIRE_WEBHOOK_TIMEOUT_MS + LEASE_MARGIN_MS;
      const claimed = await claimDeliveries(this.db, new Set(this.#lanes.keys()), { nowMs: this.clock(), leaseMs });
      for (const [lane, rows] of Map.groupBy(claimed, laneOf)) {
        const sending = this.#sendLane(rows).finally(() => this.#lanes.delete(lane));
        this.#lanes.set(lane, sending);
      }
      tried += claimed.length;
      if (this.#lanes.size === 0) return tried;
      await Promise.race(this.#lanes.values());
    }
  }

  /** One message, with nothing written down. */
  post(to: { url: string; secrets: readonly string[] }, id: string, body: string): Promise<OutsideAnswer> {
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      ...signatureHeaders(id, body, to.secrets, this.clock()),
    };
    const timeoutMs = this.config.SHELFWIRE_WEBHOOK_TIMEOUT_MS;
    return this.outside.post({ url: to.url, headers, body, timeoutMs });
  }

  async #sendLane(rows: readonly ClaimedDelivery[]): Promise<void> {
    await Promise.all(
      rows.map(async (row) => {
        const answer = await this.post(row, row.event_id, row.body);
        const outcome = outcomeOf(answer);
        this.metrics.counter('shelfwire_reorder_webhook_deliveries_total').inc({ outcome });
        await this.#note(row, answer, outcome);
      }),
    );
  }

  async #note(row: ClaimedDelivery, answer: OutsideAnswer, outcome: Outcome): Promise<void> {
    const nowMs = this.clock();
    if (outcome === 'delivered') {
      await this.#delivered(row, nowMs);
      return;
    }
    // Of a system in trouble, all is due again when it is asked again; what it refused is tried later, on its own.
    const waitMs = outcome === 'refused' ? waitAfter(row.attempts, answer) : blockedFor(row, answer);
    const ends = nowMs + waitMs > row.give_up_at_ms;
    await sql`
      update webhook_delivery
      set state = ${ends ? 'dead' : 'waiting'}, ended_at_ms = ${ends ? nowMs : null}::bigint,
          next_attempt_at_ms = ${nowMs + waitMs}, last_error = ${answer.detail}
      where ${isRow(row)} and state = 'waiting'`.execute(this.db);
    if (outcome !== 'refused') await this.#block(row, answer, outcome, nowMs + waitMs);
    const { tenant_id: tenantId, subscription_id: subscriptionId, event_id: eventId, attempts } = row;
    const line = { tenantId, subscriptionId, eventId, attempts, detail: answer.detail };
    if (ends) this.logger.error(line, 'an event was given up, it can be replayed');
    else this.logger.warn(line, 'an event did not reach a customer’s system, it is tried again');
  }

  async #delivered(row: ClaimedDelivery, nowMs: number): Promise<void> {
    await sql`
      update webhook_delivery set state = 'delivered', ended_at_ms = ${nowMs}, last_error = null
      where ${isRow(row)}`.execute(this.db);
    await sql`
      update event_subscription
      set failures = 0, failing_since_ms = null, blocked_until_ms = 0, last_error = null, last_delivered_at_ms = ${nowMs}
      where tenant_id = ${row.tenant_id} and subscription_id = ${row.subscription_id}
        and (failures > 0 or last_delivered_at_ms is null or last_delivered_at_ms < ${nowMs - 60_000})`.execute(
      this.db,
    );
  }

  /** Nothing is sent to a system that is in trouble before its time; 410 Gone ends it until a person enables it again. */
  async #block(row: ClaimedDelivery, answer: OutsideAnswer, outcome: Outcome, untilMs: number): Promise<void> {
    const gone = outcome === 'gone';
    await sql`
      update event_subscription
      set failures = ${row.failures + 1}, failing_since_ms = coalesce(failing_since_ms, ${this.clock()}), last_error = ${answer.detail}, blocked_until_ms = ${untilMs},
          disabled_at_ms = ${gone ? this.clock() : null}::bigint,
          disabled_because = ${gone ? 'the system answered 410 Gone' : null}::text
      where tenant_id = ${row.tenant_id} and subscription_id = ${row.subscription_id} and disabled_at_ms is null`.execute(
      this.db,
    );
  }
}

export function outcomeOf(answer: OutsideAnswer): Outcome {
  if (answer.kind !== 'answered') return 'failed';
  if (answer.status >= 200 && answer.status < 300) return 'delivered';
  if (answer.status === GONE) return 'gone';
  return ABOUT_THE_EVENT.includes(answer.status) ? 'refused' : 'failed';
}

function blockedFor(row: ClaimedDelivery, answer: OutsideAnswer): number {
  const waitMs = Math.min(BLOCKED_MOST_MS, BLOCKED_FIRST_MS * 2 ** Math.min(20, row.failures));
  return Math.max(waitMs, answer.kind === 'answered' ? (answer.retryAfterMs ?? 0) : 0);
}

/** With a fifth of jitter, so that what failed together does not come back together. */
function waitAfter(attempts: number, answer: OutsideAnswer): number {
  const waitMs = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] ?? WAITS_MS[0] ?? 0;
  const asked = answer.kind === 'answered' ? (answer.retryAfterMs ?? 0) : 0;
  return Math.round(Math.max(asked, waitMs * (0.9 + 0.2 * Math.random())));
}

function isRow(row: ClaimedDelivery) {
  return sql`tenant_id = ${row.tenant_id} and subscription_id = ${row.subscription_id} and event_id = ${row.event_id}`;
}
