import { READINGS_PER_BATCH_MAX } from '@shelfwire/contract';

import { sql } from 'kysely';

import type { Tx } from '../database/with-tenant.ts';
import type { Observation } from './bin-state.ts';
import type { SequencedReading } from './understand-readings.ts';
import type { NewRun } from './write-ledger.ts';

interface Source {
  gatewayId: string;
  outboxId: string;
  readings: readonly SequencedReading[];
}

export interface Unseen {
  readings: readonly SequencedReading[];
  /** The unbroken runs of sequences that are new, each with the observations made of it. */
  runs(source: Source, observations: readonly Observation[]): NewRun[];
}

/**
 * Leaves out what was applied before. A batch may come again cut in another way, so it is looked at by sequence. A run
 * is never longer than a batch, which bounds the search on both sides; ranges of old runs are few.
 */
export async function unseenReadings(tx: Tx, tenantId: string, source: Source): Promise<Unseen> {
  const first = source.readings[0]?.sequence ?? 0;
  const last = source.readings.at(-1)?.sequence ?? 0;
  const ofOutbox = sql`tenant_id = ${tenantId} and outbox_id = ${source.outboxId} and gateway_id = ${source.gatewayId}`;
  const { rows: applied } = await sql<{ first_sequence: number; last_sequence: number }>`
    select first_sequence, last_sequence from applied_run
    where ${ofOutbox} and last_sequence >= ${first} and last_sequence < ${last + READINGS_PER_BATCH_MAX}
      and first_sequence <= ${last}
    union all
    select first_sequence, last_sequence from applied_range
    where ${ofOutbox} and last_sequence >= ${first} and first_sequence <= ${last}`.execute(tx);
  const isApplied = (sequence: number): boolean =>
    applied.some((run) => run.first_sequence <= sequence && sequence <= run.last_sequence);
  const readings = source.readings.filter(({ sequence }) => !isApplied(sequence));
  return { readings, runs: (from, observations) => runsOf(from, readings, observations) };
}

function runsOf(
  { gatewayId, outboxId }: Source,
  readings: readonly SequencedReading[],
  observations: readonly Observation[],
): NewRun[] {
  const runs: { first: number; last: number }[] = [];
  for (const { sequence } of readings) {
    const open = runs.at(-1);
    if (open && open.last + 1 === sequence) open.last = sequence;
    else runs.push({ first: sequence, last: sequence });
  }
  return runs.map(({ first, last }) => ({
    gatewayId,
    outboxId,
    firstSequence: first,
    lastSequence: last,
    observations: observations.filter(({ sequence }) => first <= sequence && sequence <= last),
  }));
}
