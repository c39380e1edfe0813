import { sentenceOf, type OrderDecision } from './decide.ts';
import type { Situation } from './load-inputs.ts';

/** What a decision wants ordered, and for which episode. */
export interface Need {
  site: { tenantId: string; siteId: string };
  situation: Situation;
  decision: OrderDecision;
  episodeId: string;
}

/** A line to be written, with the proof of it. */
export interface NewLine {
  need: Need;
  orderId: string;
  lineNumber: number;
  units: number;
}

export function sentenceFor({ situation, decision }: Need, units: number): string {
  const { binName, itemName, unit } = situation;
  return sentenceOf(units, decision, { itemName, binName, unit });
}
