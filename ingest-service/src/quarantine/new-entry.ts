import type { ReadingIdentity, SiteAddress } from '@shelfwire/contract';

import type { IncomingMessage, QuarantineReason } from '../parse/message.ts';
import type { NewQuarantineEntry } from './entry.ts';

/** Of a longer payload only the beginning is kept, to look at; 1,000 readings need about 300 kB. */
export const PAYLOAD_KEPT_BYTES_MAX = 1_000_000;

export function readingEntry(
  message: IncomingMessage,
  site: SiteAddress,
  source: { identity: ReadingIdentity; reading: unknown },
  reason: QuarantineReason,
  detail: string,
): NewQuarantineEntry {
  const content = { form: 'reading', ...source.identity, reading: source.reading } as const;
  return { ...origin(message, site), reason, detail, content };
}

export function messageEntry(
  message: IncomingMessage,
  site: SiteAddress | undefined,
  reason: QuarantineReason,
  detail: string,
): NewQuarantineEntry {
  const kept = message.payload.subarray(0, PAYLOAD_KEPT_BYTES_MAX);
  const content = {
    form: 'message',
    payloadBase64: Buffer.from(kept).toString('base64'),
    payloadBytes: message.payload.length,
  } as const;
  return { ...origin(message, site), reason, detail, content };
}

function origin(message: IncomingMessage, site: SiteAddress | undefined) {
  return {
    atMs: message.arrivedAtMs,
    topic: message.topic,
    tenantId: site?.tenantId ?? null,
    siteId: site?.siteId ?? null,
  };
}
