import type { ReadingQuality } from '@shelfwire/contract';
import { sql } from 'kysely';

import { loadSiteCatalogue, type SiteCatalogue } from '../catalogue/site-catalogue.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { SensorSays } from './bin-quality.ts';
import { EMPTY_STATE, type BinState } from './bin-state.ts';

export interface SiteAddress {
  tenantId: string;
  siteId: string;
}

export interface BinMemory {
  /** Undefined before the first observation. */
  state: BinState | undefined;
  /** Time of the newest reading; an older one, or one at the same time, takes the slow way. */
  lastAtMs: number;
  /** Up to here `sensor_state` knows it. */
  flushedAtMs: number;
  eventSequence: number;
  quality: ReadingQuality | undefined;
  /** That spoke of it last; another one is noted, for late readings to find its runs. */
  gatewayId?: string | undefined;
  /** Only where several sensors look into the bin, by their key. */
  sensors?: Map<string, SensorSays> | undefined;
}

/**
 * What a replica remembers of one site, so that a reading that changes nothing needs neither a read nor a write.
 * It is true exactly when `ledgerVersion` is the version the database had before this transaction: every change of the
 * ledger raises it, under the lock of its row. What other replicas did is read back from the database by version.
 */
export interface SiteMemory {
  ledgerVersion: number;
  catalogueVersion: number;
  catalogue: SiteCatalogue;
  bins: Map<string, BinMemory>;
}

export interface LockedSite {
  memory: SiteMemory;
  /** The version that this transaction makes. */
  version: number;
}

/**
 * Locks the site's ledger until the transaction ends, and brings the memory up to date.
 * @returns undefined if the tenant has no such site
 */
export async function lockSite(
  tx: Tx,
  site: SiteAddress,
  remembered: SiteMemory | undefined,
): Promise<LockedSite | undefined> {
  const ledger = await tx
    .updateTable('site_ledger')
    .set({ version: sql<number>`version + 1` })
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .returning(['version', 'flushed_version', 'catalogue_version'])
    .executeTakeFirst();
  if (!ledger) return undefined;
  const before = ledger.version - 1;
  const fresh = remembered !== undefined && remembered.catalogueVersion === ledger.catalogue_version;
  const catalogue = fresh ? remembered.catalogue : await loadSiteCatalogue(tx, site.tenantId, site.siteId);
  const bins = remembered?.bins ?? new Map<string, BinMemory>();
  if (remembered?.ledgerVersion !== before) {
    await readLevels(tx, site, bins, remembered?.ledgerVersion ?? -1);
    await readSeen(tx, site, bins, remembered?.ledgerVersion ?? ledger.flushed_version);
    if (!remembered) {
      await readQualities(tx, site, bins);
      await readEachSensor(tx, site, bins);
    }
  }
  const memory = { ledgerVersion: before, catalogueVersion: ledger.catalogue_version, catalogue, bins };
  return { memory, version: ledger.version };
}

export function binOf(memory: SiteMemory, binId: string): BinMemory {
  return (
    memory.bins.get(binId) ?? { state: undefined, lastAtMs: 0, flushedAtMs: 0, eventSequence: 0, quality: undefined }
  );
}

async function readLevels(
  tx: Tx,
  site: SiteAddress,
  bins: Map<string, BinMemory>,
  afterVersion: number,
): Promise<void> {
  const levels = await tx
    .selectFrom('stock_level')
    .select(['bin_id', 'state', 'observed_at_ms', 'event_sequence'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .where('ledger_version', '>', afterVersion)
    .execute();
  for (const level of levels) {
    const known = bins.get(level.bin_id);
    bins.set(level.bin_id, {
      state: { ...EMPTY_STATE, ...level.state },
      lastAtMs: Math.max(known?.lastAtMs ?? 0, level.observed_at_ms),
      flushedAtMs: known?.flushedAtMs ?? 0,
      eventSequence: level.event_sequence,
      quality: known?.quality,
      gatewayId: known?.gatewayId,
      sensors: known?.sensors,
    });
  }
}

/** The times of observations that changed nothing are only in the runs, until the next flush puts them in `sensor_state`. */
async function readSeen(tx: Tx, site: SiteAddress, bins: Map<string, BinMemory>, afterVersion: number): Promise<void> {
  const { rows } = await sql<{ bin_id: string; last_at_ms: number }>`
    select seen.bin_id, max(seen.at_ms) as last_at_ms
    from applied_run r, unnest(r.bin_ids, r.at_ms) as seen(bin_id, at_ms)
    where r.tenant_id = ${site.tenantId} and r.site_id = ${site.siteId} and r.ledger_version > ${afterVersion}
    group by seen.bin_id`.execute(tx);
  for (const row of rows) raiseLastAt(bins, row.bin_id, row.last_at_ms);
}

async function readQualities(tx: Tx, site: SiteAddress, bins: Map<string, BinMemory>): Promise<void> {
  const sensors = await tx
    .selectFrom('sensor_state')
    .select(['bin_id', 'quality', 'last_reading_at_ms'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .execute();
  for (const sensor of sensors) {
    raiseLastAt(bins, sensor.bin_id, sensor.last_reading_at_ms);
    const bin = bins.get(sensor.bin_id);
    if (!bin) continue;
    bin.quality = sensor.quality;
    bin.flushedAtMs = sensor.last_reading_at_ms;
  }
}

/** The newest reading of a bin with several sensors is that of the one that spoke last. */
async function readEachSensor(tx: Tx, site: SiteAddress, bins: Map<string, BinMemory>): Promise<void> {
  const rows = await tx
    .selectFrom('each_sensor_state')
    .select(['bin_id', 'sensor', 'quality', 'last_reading_at_ms'])
    .where('tenant_id', '=', site.tenantId)
    .where('site_id', '=', site.siteId)
    .execute();
  for (const row of rows) {
    raiseLastAt(bins, row.bin_id, row.last_reading_at_ms);
    const bin = bins.get(row.bin_id);
    if (!bin) continue;
    bin.sensors ??= new Map();
    bin.sensors.set(row.sensor, { lastAtMs: row.last_reading_at_ms, quality: row.quality });
  }
}

function raiseLastAt(bins: Map<string, BinMemory>, binId: string, atMs: number): void {
  const bin = bins.get(binId);
  if (bin) bin.lastAtMs = Math.max(bin.lastAtMs, atMs);
  else bins.set(binId, { state: undefined, lastAtMs: atMs, flushedAtMs: 0, eventSequence: 0, quality: undefined });
}
