import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { countEvent, epcisDocument, tagsEvent, type EpcisEvent } from '../documents/epcis.ts';
import { tellCustomers } from '../events/event-outbox.ts';
import { unitCodeOf } from '../suppliers/unit-codes.ts';
import type { BusinessEvent } from '../webhooks/cloud-event.ts';
import type { SiteAddress } from './site-memory.ts';
import type { Understood } from './understand-readings.ts';

/** Codes of what needs no unit in EPCIS: pieces, and "one" of whatever it is. */
const NO_UNIT = new Set(['H87', 'C62']);

interface Tag {
  binId: string;
  presence: 'arrived' | 'left';
  atMs: number;
  epcUri: string;
}

/**
 * Tells customers' systems in EPCIS which tags came and left and what people counted: one document for each bin, in the
 * ledger's transaction. Readings that say neither cost nothing, and nothing is read where nobody listens.
 */
export async function tellCaptured(tx: Tx, site: SiteAddress, understood: Understood, nowMs: number): Promise<void> {
  const tags = tagsOf(understood);
  const counts = [...understood.counts.values()];
  if (tags.length === 0 && counts.length === 0) return;
  const timeZone = await timeZoneIfHeard(tx, site);
  if (timeZone === undefined) return;
  const seen = (binId: string, atMs: number) => ({
    eventId: randomUUID(),
    atMs,
    timeZone,
    bin: { ...site, binId },
  });
  const events = new Map<string, EpcisEvent[]>();
  const add = (binId: string, event: EpcisEvent): void => {
    events.set(binId, [...(events.get(binId) ?? []), event]);
  };
  const together = Map.groupBy(tags, ({ binId, presence, atMs }) => JSON.stringify([binId, presence, atMs]));
  for (const group of together.values()) {
    const [first] = group;
    if (!first) continue;
    const epcs = [...new Set(group.map(({ epcUri }) => epcUri))];
    add(first.binId, tagsEvent(seen(first.binId, first.atMs), first.presence, epcs));
  }
  const items = await itemsOf(tx, site, [...new Set(counts.map(({ binId }) => binId))]);
  for (const { binId, quantity, atMs } of counts) {
    const item = items.get(binId);
    if (item) add(binId, countEvent(seen(binId, atMs), item, quantity));
  }
  const told = [...events].map(([binId, list]): BusinessEvent => ({
    schema: 'business/1',
    eventId: randomUUID(),
    name: 'epcis.captured',
    subject: `bins/${binId}`,
    atMs: nowMs,
    details: epcisDocument(list, nowMs),
  }));
  await tellCustomers(tx, site, told, nowMs);
}

function tagsOf({ observations, readings }: Understood): Tag[] {
  return observations.flatMap(({ binId, atMs, sequence }): Tag[] => {
    const reading = readings.get(sequence);
    if (reading?.kind !== 'tag' || reading.presence === 'present') return [];
    return [{ binId, presence: reading.presence, atMs, epcUri: reading.epcUri }];
  });
}

async function timeZoneIfHeard(tx: Tx, { tenantId, siteId }: SiteAddress): Promise<string | undefined> {
  const { rows } = await sql<{ time_zone: string }>`
    select time_zone from site
    where tenant_id = ${tenantId} and site_id = ${siteId} and exists (
      select from event_subscription e where e.tenant_id = ${tenantId} and e.disabled_at_ms is null)`.execute(tx);
  return rows[0]?.time_zone;
}

async function itemsOf(tx: Tx, { tenantId, siteId }: SiteAddress, binIds: readonly string[]) {
  if (binIds.length === 0) return new Map<string, never>();
  const rows = await tx
    .selectFrom('bin as b')
    .innerJoin('item as i', (join) =>
      join.onRef('i.tenant_id', '=', 'b.tenant_id').onRef('i.item_id', '=', 'b.item_id'),
    )
    .select(['b.bin_id', 'i.item_id', 'i.gtin', 'i.unit'])
    .where('b.tenant_id', '=', tenantId)
    .where('b.site_id', '=', siteId)
    .where('b.bin_id', 'in', [...binIds])
    .execute();
  return new Map(
    rows.map(({ bin_id, item_id, gtin, unit }) => {
      const code = unitCodeOf(unit);
      return [bin_id, { itemId: item_id, gtin, unitCode: NO_UNIT.has(code) ? undefined : code }];
    }),
  );
}
