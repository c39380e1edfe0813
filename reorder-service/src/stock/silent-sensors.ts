import { randomUUID } from 'node:crypto';

import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Reading } from '@shelfwire/contract';
import type { Logger } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { CLOCK, LOGGER, type Clock } from '../runtime/runtime.module.ts';
import { StockLedger } from './stock-ledger.ts';

const INTERVAL_MS = 30_000;
/** As the doubt gate has it, where the catalogue says nothing (../replenishment/situation-rows.ts). */
const STALE_AFTER_MS = 15 * 60_000;
const SENSORS_PER_RUN = 500;

interface SilentSensor {
  tenantId: string;
  siteId: string;
  binId: string;
  deviceId: string;
  kind: 'weight' | 'level' | 'count';
  series: string;
}

/**
 * Silence is in no reading, so nobody says it of a sensor that is gone. Here the centre says it of a preferred one, as its
 * gateway would have: a reading of quality `stale`. The next sensor then takes over as it does from one in doubt, and the
 * preferred one is believed again with its next good reading. It is said only where another sensor speaks and agrees: on
 * a witness that contradicts nothing is ordered, the bin stays HELD and is to be counted.
 */
@Injectable()
export class SilentSensors implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #job: PeriodicJob;

  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly ledger: StockLedger,
    private readonly touched: TouchedBins,
  ) {
    const onError = (error: unknown): void => logger.warn({ err: error }, 'silent sensors cannot be looked for now');
    this.#job = new PeriodicJob({ intervalMs: INTERVAL_MS, work: () => this.run(), onError });
  }

  onApplicationBootstrap(): void {
    this.#job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#job.stop();
  }

  /** Two replicas may say it twice: the second time changes nothing. @returns of how many sensors it was said */
  async run(): Promise<number> {
    const nowMs = this.clock();
    const silent = await findSilent(this.db, nowMs);
    for (const sensor of silent) {
      const { tenantId, siteId, binId, deviceId } = sensor;
      const reading = staleReading(sensor, nowMs);
      const raw = { ...reading, because: 'the centre has heard nothing of it for too long' };
      const source = { gatewayId: 'centre', outboxId: randomUUID() };
      await this.ledger.apply({ tenantId, siteId }, { ...source, readings: [{ sequence: 1, reading, raw }] });
      this.logger.warn({ tenantId, siteId, binId, deviceId }, 'a preferred sensor is silent, the next one takes over');
    }
    // Since when the other one has spoken stands in memory only; decisions read the table.
    if (silent.length > 0) await this.ledger.flush();
    for (const { tenantId, siteId, binId } of silent) this.touched.touch({ tenantId, siteId }, [binId]);
    return silent.length;
  }
}

/** Believed, silent for too long, and beside it another one that has spoken lately and does not contradict. */
async function findSilent(db: Db, nowMs: number): Promise<SilentSensor[]> {
  const lately = (sensor: 's' | 'o') =>
    sql`${nowMs}::bigint - coalesce(${sql.ref(`${sensor}.stale_after_ms`)}, ${STALE_AFTER_MS}::bigint)`;
  const { rows } = await sql<SilentSensor>`
    select b.tenant_id as "tenantId", b.site_id as "siteId", b.bin_id as "binId", s.device_id as "deviceId", s.kind,
           r.key as series
    from bin b
    join stock_level l using (tenant_id, site_id, bin_id)
    join bin_sensor s on s.tenant_id = b.tenant_id and s.site_id = b.site_id and s.bin_id = b.bin_id
      and s.rank = (l.state->'preference'->>'believed')::int and s.kind in ('weight', 'level', 'count')
    join each_sensor_state e on e.tenant_id = b.tenant_id and e.site_id = b.site_id and e.bin_id = b.bin_id
      and e.sensor = concat_ws('/', s.device_id, s.sensor_id, s.kind)
    cross join lateral jsonb_each_text(l.state->'preference'->'ranks') r
    where b.fusion = 'prefer' and l.disagreeing_since_ms is null and r.value::int = s.rank
      and r.key in (s.device_id, s.device_id || '/' || substr(r.key, length(s.device_id) + 2))
      and e.quality in ('good', 'unstable') and e.last_reading_at_ms < ${lately('s')}
      and exists (
        select from bin_sensor o join each_sensor_state oe on oe.tenant_id = o.tenant_id and oe.site_id = o.site_id
          and oe.bin_id = o.bin_id and oe.sensor = concat_ws('/', o.device_id, o.sensor_id, o.kind)
        where o.tenant_id = b.tenant_id and o.site_id = b.site_id and o.bin_id = b.bin_id and o.rank > s.rank
          and oe.quality = 'good' and oe.last_reading_at_ms >= ${lately('o')}
          -- One that has never spoken has a row too: it is expected to.
          and o.rank::text in (select value from jsonb_each_text(l.state->'preference'->'ranks')))
    limit ${SENSORS_PER_RUN}`.execute(db);
  return rows;
}

/** The value means nothing: the quality says so. */
function staleReading({ deviceId, kind, series }: SilentSensor, nowMs: number): Reading {
  const sensor = series === deviceId ? {} : { sensorId: series.slice(deviceId.length + 1) };
  const common = { deviceId, ...sensor, receivedAtMs: nowMs, clockQuality: 'gateway', quality: 'stale' } as const;
  switch (kind) {
    case 'weight':
      return { ...common, kind, netGrams: 0, stable: false };
    case 'level':
      return { ...common, kind, fillRatio: 0 };
    default:
      return { ...common, kind, pieces: 0 };
  }
}
