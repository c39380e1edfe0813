import { orderProofSchema, type OrderProof } from '@shelfwire/contract/api';
import { recordSpan, traceparentOf } from '@shelfwire/contract/service';
import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import { positionOf } from './decide.ts';
import { sentenceFor, type NewLine } from './need.ts';

/** One of the last movements of a bin, with the reading that it was made of. */
interface Movement {
  kind: string;
  change: number;
  onHandAfter: number;
  atMs: number;
  gatewayId: string;
  outboxId: string;
  sequence: number;
  evidence: Record<string, unknown>;
}

const MOVEMENTS_IN_PROOF = 5;

/** The last movements of these bins, newest first. */
export async function movementsBehind(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  binIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Movement[]>> {
  const { rows } = await sql<Movement & { binId: string; movementId: number }>`
    select b.bin_id as "binId", m.movement_id as "movementId", m.kind, m.change, m.on_hand_after as "onHandAfter",
           m.at_ms as "atMs", m.gateway_id as "gatewayId", m.outbox_id as "outboxId", m.sequence, m.evidence
    from unnest(${[...new Set(binIds)]}::text[]) as b(bin_id)
    cross join lateral (
      select * from stock_movement m
      where m.tenant_id = ${site.tenantId} and m.site_id = ${site.siteId} and m.bin_id = b.bin_id
      order by m.at_ms desc, m.movement_id desc
      limit ${sql.lit(MOVEMENTS_IN_PROOF)}) m`.execute(tx);
  const newestFirst = rows.sort((a, b) => b.atMs - a.atMs || b.movementId - a.movementId);
  return Map.groupBy(newestFirst, ({ binId }) => binId);
}

/** Freezes what each line rests on (design D10), the last movements of its bin with their readings among it. */
export async function writeProofs(
  tx: Tx,
  site: { tenantId: string; siteId: string },
  lines: readonly NewLine[],
  movements: ReadonlyMap<string, readonly Movement[]>,
  nowMs: number,
): Promise<void> {
  const proofs = lines.map((line) => proofOf(line, movements.get(line.need.situation.binId) ?? [], nowMs));
  await sql`
    insert into order_proof (tenant_id, order_id, line_number, proof)
    select ${site.tenantId}, t.*
    from unnest(${lines.map(({ orderId }) => orderId)}::uuid[], ${lines.map(({ lineNumber }) => lineNumber)}::int[],
                ${proofs.map((proof) => JSON.stringify(proof))}::jsonb[]) as t`.execute(tx);
}

function proofOf({ need, units }: NewLine, movements: readonly Movement[], nowMs: number): OrderProof {
  const { situation, decision } = need;
  const { policy, position } = situation.input;
  const { type = 'NONE', ...parameters } = policy ?? {};
  return orderProofSchema.parse({
    decidedAtMs: nowMs,
    sentence: sentenceFor(need, units),
    readings: movements.map(({ kind, change, onHandAfter, atMs, gatewayId, outboxId, sequence, evidence }) => {
      return { kind, change, onHandAfter, atMs, gatewayId, outboxId, sequence, evidence };
    }),
    policy: {
      policyId: situation.policyRef?.policyId ?? '',
      version: situation.policyRef?.version ?? 0,
      type,
      parameters,
    },
    position: {
      ...position,
      inventoryPosition: positionOf(position),
      observedAtMs: situation.level?.observedAtMs,
      ...(situation.sensors === undefined ? {} : { sensors: situation.sensors }),
      openLines: situation.openLines.map((line) => ({ orderNumber: line.orderNumber, lineNumber: line.lineNumber })),
    },
    arithmetic: [...decision.arithmetic],
  } satisfies OrderProof);
}

/**
 * Notes the placing in the trace of the newest traced reading that the order rests on; the order carries it from here.
 * @returns its trace context; undefined where nothing is traced
 */
export function tracePlacing(
  movements: readonly Movement[],
  { orderId, binId, sentence, nowMs }: { orderId: string; binId: string; sentence: string; nowMs: number },
): string | undefined {
  const traceparent = movements
    .map(({ evidence }) => traceparentOf(evidence['reading']))
    .find((each) => each !== undefined);
  if (traceparent === undefined) return undefined;
  const attributes = { 'shelfwire.order': orderId, 'shelfwire.bin': binId, 'shelfwire.sentence': sentence };
  return recordSpan('place order', { traceparent, startMs: nowMs, endMs: Date.now(), attributes });
}
