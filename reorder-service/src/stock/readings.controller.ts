import { createHash } from 'node:crypto';

import { Catch, Controller, Inject, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import {
  ALL_SITES,
  formatTopic,
  parseTopic,
  readingBatchEnvelopeSchema,
  readingSchema,
  type Confirmation,
  type ReadingBatchEnvelope,
} from '@shelfwire/contract';
import { traceSteps, type Logger, type ServiceMetrics } from '@shelfwire/contract/service';
import { throwError, type Observable } from 'rxjs';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { CentralPublisher } from '../mqtt/central-publisher.ts';
import type { MessageContext } from '../mqtt/reading-transport.ts';
import { CLOCK, LOGGER, METRICS, type Clock } from '../runtime/runtime.module.ts';
import type { SiteAddress } from './site-memory.ts';
import { StockLedger } from './stock-ledger.ts';
import { writeParked } from './write-ledger.ts';

const RAW_BYTES_KEPT_MAX = 4_096;

/** Nest's own filter would turn a failure into a nameless answer; the transport needs the failure itself. */
@Catch()
class PassFailures implements ExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}

/** Takes reading batches from the broker: account, then confirm to the gateway, then let the transport acknowledge. */
@Controller()
export class ReadingsController {
  constructor(
    private readonly ledger: StockLedger,
    private readonly central: CentralPublisher,
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) private readonly metrics: ServiceMetrics,
  ) {}

  @UseFilters(new PassFailures())
  @EventPattern(ALL_SITES.readings)
  async receive(@Payload() payload: Buffer, @Ctx() context: unknown): Promise<void> {
    const batches = this.metrics.counter('shelfwire_reorder_batches_total');
    const topic = parseTopic((context as MessageContext).topic);
    if (topic?.channel !== 'readings') return;
    const site = { tenantId: topic.tenantId, siteId: topic.siteId };
    const batch = parseBatch(payload);
    if (!batch) {
      await this.#parkBatch(site, payload);
      batches.inc({ outcome: 'malformed' });
      return;
    }
    const beganAtMs = this.clock();
    try {
      await this.ledger.apply(site, {
        gatewayId: batch.gatewayId,
        outboxId: batch.outboxId,
        readings: batch.readings.map((raw, index) => ({
          sequence: batch.firstSequence + index,
          reading: readingSchema.safeParse(raw).data,
          raw,
        })),
      });
      traceSteps('account reading', batch.readings, beganAtMs, this.clock());
      await this.#confirm(site, batch);
      batches.inc({ outcome: 'applied' });
    } catch (error) {
      batches.inc({ outcome: 'failed' });
      throw error;
    }
  }

  async #confirm(site: SiteAddress, batch: ReadingBatchEnvelope): Promise<void> {
    const { outboxId, firstSequence, readings } = batch;
    const confirmation: Confirmation = { outboxId, ranges: [[firstSequence, firstSequence + readings.length - 1]] };
    await this.central.publish(formatTopic({ channel: 'confirmations', consumer: 'reorder', ...site }), confirmation);
  }

  /** Nothing is known of it that could be confirmed; it is kept for a person to look at. */
  async #parkBatch(site: SiteAddress, payload: Buffer): Promise<void> {
    const outboxId = createHash('sha256').update(payload).digest('hex').slice(0, 32);
    const raw = payload.subarray(0, RAW_BYTES_KEPT_MAX).toString('base64');
    this.logger.error({ ...site, bytes: payload.length }, 'a message is no reading batch, it is parked');
    const parked = { sequence: 1, deviceId: null, reason: 'malformed' as const, detail: 'not a reading batch', raw };
    await withTenant(this.db, site.tenantId, (tx) =>
      writeParked(tx, site, { gatewayId: '?', outboxId }, [parked], this.clock()),
    );
  }
}

function parseBatch(payload: Buffer): ReadingBatchEnvelope | undefined {
  try {
    return readingBatchEnvelopeSchema.safeParse(JSON.parse(payload.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
