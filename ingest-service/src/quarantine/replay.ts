import { readingSchema, type SiteAddress } from '@shelfwire/contract';
import type { QuarantineEntry } from '@shelfwire/contract/api';
import { describeIssues } from '@shelfwire/contract/service';

import { ingestError } from '../errors.ts';
import { parseMessage } from '../parse/parse-message.ts';
import type { TelemetryPoint } from '../points/point.ts';
import { readingPoint } from '../points/reading-point.ts';
import type { HeldStore } from '../store/held-store.ts';

/**
 * Stores what an entry holds, read as the service reads today. A reading was confirmed when it was set aside; a whole
 * message was not, but is not confirmed here either: its gateway sends it again, and the repeat is the same points.
 * @throws ShelfwireError QUARANTINE_STILL_INVALID, or a StoreAwayError; the entry then stays
 */
export async function replayEntry(entry: QuarantineEntry, store: HeldStore): Promise<{ points: number }> {
  const points = pointsOf(entry);
  const { rejected } = await store.write(points);
  const [first] = rejected;
  if (first) throw stillInvalid(`the store refuses it: ${first.reason}`);
  return { points: points.length };
}

function pointsOf(entry: QuarantineEntry): TelemetryPoint[] {
  const { content, tenantId, siteId } = entry;
  if (content.form === 'reading') {
    const parsed = readingSchema.safeParse(content.reading);
    if (!parsed.success) throw stillInvalid(describeIssues(parsed.error).join('; '));
    const { gatewayId, outboxId, sequence } = content;
    const site: SiteAddress = { tenantId: tenantId ?? '', siteId: siteId ?? '' };
    return [readingPoint(parsed.data, { ...site, identity: { gatewayId, outboxId, sequence } })];
  }
  const payload = Buffer.from(content.payloadBase64, 'base64');
  if (payload.length < content.payloadBytes) throw stillInvalid('only the beginning of this long message was kept');
  const parsed = parseMessage({ topic: entry.topic, payload, arrivedAtMs: entry.atMs });
  if (!parsed.ok) throw stillInvalid(parsed.problem.detail);
  if (parsed.channel !== 'readings') return parsed.points;
  const [bad] = parsed.batch.bad;
  if (bad) throw stillInvalid(`reading ${bad.identity.sequence}: ${bad.detail}`);
  return parsed.batch.points;
}

function stillInvalid(detail: string): Error {
  return ingestError('QUARANTINE_STILL_INVALID', detail);
}
