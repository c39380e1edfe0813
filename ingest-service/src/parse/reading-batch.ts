import {
  readingBatchEnvelopeSchema,
  readingSchema,
  type Confirmation,
  type Reading,
  type ReadingIdentity,
  type SiteAddress,
} from '@shelfwire/contract';
import { describeIssues } from '@shelfwire/contract/service';

import { readingPoint } from '../points/reading-point.ts';
import type { TelemetryPoint } from '../points/point.ts';
import { problem, type ParseProblem } from './message.ts';

/** A reading that is not one, as it came. */
export interface BadReading {
  identity: ReadingIdentity;
  reading: unknown;
  detail: string;
}

/** `points[i]` was made of `sources[i]`. Together with `bad`, the sources cover the whole of `confirmation`. */
export interface ParsedBatch {
  points: TelemetryPoint[];
  sources: { identity: ReadingIdentity; reading: Reading }[];
  bad: BadReading[];
  confirmation: Confirmation;
}

/** Reads the envelope first, then each reading by itself: a malformed one does not take its neighbours with it. */
export function parseReadingBatch(
  json: unknown,
  site: SiteAddress,
): { ok: true; batch: ParsedBatch } | { ok: false; problem: ParseProblem } {
  const envelope = readingBatchEnvelopeSchema.safeParse(json);
  if (!envelope.success) return problem('bad-envelope', describeIssues(envelope.error).join('; '), site);

  const { gatewayId, outboxId, firstSequence, readings } = envelope.data;
  const lastSequence = firstSequence + readings.length - 1;
  const batch: ParsedBatch = {
    points: [],
    sources: [],
    bad: [],
    confirmation: { outboxId, ranges: [[firstSequence, lastSequence]] },
  };
  for (const [index, candidate] of readings.entries()) {
    const identity = { gatewayId, outboxId, sequence: firstSequence + index };
    const parsed = readingSchema.safeParse(candidate);
    if (parsed.success) {
      batch.points.push(readingPoint(parsed.data, { ...site, identity }));
      batch.sources.push({ identity, reading: parsed.data });
    } else {
      batch.bad.push({ identity, reading: candidate, detail: describeIssues(parsed.error).join('; ') });
    }
  }
  return { ok: true, batch };
}
