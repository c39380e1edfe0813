import type { OrderLine } from '../api/types';

/** X12 element 668, in words. */
const WORDS: Readonly<Record<NonNullable<OrderLine['acknowledgementCode']>, string>> = {
  IA: 'accepted',
  IB: 'backordered',
  IC: 'accepted with changes',
  ID: 'item no longer sold',
  IH: 'on hold',
  IP: 'accepted at another price',
  IQ: 'accepted with another quantity',
  IR: 'rejected',
  IS: 'accepted with a substitute',
  BP: 'a part comes, the rest later',
  DR: 'accepted for another date',
};

export function describeAcknowledgement(code: NonNullable<OrderLine['acknowledgementCode']>): string {
  return WORDS[code];
}
