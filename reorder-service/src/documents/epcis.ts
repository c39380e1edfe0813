/**
 * EPCIS 2.0 in JSON-LD (GS1 EPCIS 2.0, sections 7 and 10), with the words of CBV 2.0 as its context abbreviates them. What
 * was seen at a shelf is always an ObjectEvent that OBSERVEs: nothing comes into being there.
 */
const CONTEXT = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld';

export interface EpcisEvent {
  type: 'ObjectEvent';
  eventID: string;
  eventTime: string;
  /** At the place where it happened, as the standard wants it. */
  eventTimeZoneOffset: string;
  action: 'OBSERVE';
  bizStep: 'storing' | 'cycle_counting';
  readPoint: { id: string };
  /** Where it is from then on; absent of what has left. */
  bizLocation?: { id: string };
  epcList?: readonly string[];
  quantityList?: readonly { epcClass: string; quantity: number; uom?: string }[];
}

export interface SeenAt {
  eventId: string;
  atMs: number;
  timeZone: string;
  bin: { tenantId: string; siteId: string; binId: string };
}

/** @param epcs pure identity URIs (`urn:epc:id:…`), or raw ones of tags that hold none */
export function tagsEvent(seen: SeenAt, presence: 'arrived' | 'left', epcs: readonly string[]): EpcisEvent {
  const id = locationOf(seen);
  const stays = presence === 'arrived' ? { bizLocation: { id } } : {};
  return { ...happened(seen), bizStep: 'storing', readPoint: { id }, ...stays, epcList: epcs };
}

/** @param item `gtin`: 14 digits; `unitCode`: of UN/ECE Recommendation 20, absent for pieces */
export function countEvent(
  seen: SeenAt,
  item: { itemId: string; gtin: string | null; unitCode?: string | undefined },
  quantity: number,
): EpcisEvent {
  const id = locationOf(seen);
  const epcClass =
    item.gtin === null
      ? `urn:shelfwire:item:${seen.bin.tenantId}:${item.itemId}`
      : `https://id.gs1.org/01/${item.gtin.padStart(14, '0')}`;
  const uom = item.unitCode === undefined ? {} : { uom: item.unitCode };
  const counted = { epcClass, quantity, ...uom };
  return {
    ...happened(seen),
    bizStep: 'cycle_counting',
    readPoint: { id },
    bizLocation: { id },
    quantityList: [counted],
  };
}

export function epcisDocument(eventList: readonly EpcisEvent[], createdAtMs: number): Record<string, unknown> {
  return {
    '@context': [CONTEXT],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: new Date(createdAtMs).toISOString(),
    epcisBody: { eventList },
  };
}

/** Bins have no GLN of their own; EPCIS takes any URI for a place that its users have agreed on. */
function locationOf({ bin }: SeenAt): string {
  return `urn:shelfwire:bin:${bin.tenantId}:${bin.siteId}:${bin.binId}`;
}

function happened({ eventId, atMs, timeZone }: SeenAt) {
  return {
    type: 'ObjectEvent',
    eventID: `urn:uuid:${eventId}`,
    eventTime: new Date(atMs).toISOString(),
    eventTimeZoneOffset: offsetAt(atMs, timeZone),
    action: 'OBSERVE',
  } as const;
}

function offsetAt(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(atMs);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  return name === 'GMT' ? '+00:00' : name.replace('GMT', '');
}
