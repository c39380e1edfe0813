import { noonOf } from './answer-lines';

/** What a supplier's person says when an order is asked for earlier, as the form holds it. */
export interface UrgingAnswer {
  choice: 'as-asked' | 'other-date' | 'refused';
  /** `2026-12-24` */
  promisedOn: string;
  reason: string;
}

/**
 * The body of the answer; undefined while something is missing: a date, or why not. A promise for the very day that was
 * asked for is a promise for the time of that day: nobody says noon who chooses a day.
 */
export function toUrgingMessage({ choice, promisedOn, reason }: UrgingAnswer, wantedAtMs: number) {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  if (choice === 'as-asked') return { answer: 'accepted' as const, ...why };
  if (choice === 'refused') return why.reason === undefined ? undefined : { answer: 'refused' as const, ...why };
  const noonAtMs = noonOf(promisedOn);
  if (noonAtMs === undefined) return undefined;
  const isWantedDay = new Date(noonAtMs).toDateString() === new Date(wantedAtMs).toDateString();
  return { answer: 'accepted' as const, promisedDeliveryAtMs: isWantedDay ? wantedAtMs : noonAtMs, ...why };
}
