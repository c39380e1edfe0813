import type { AuditEntry } from '../api/types';
import { describeCents } from '../approval-rules/money';
import { describeName, isObject, isTime } from '../orders/proof-words';
import { describeTime } from '../time/describe-age';

const WHAT_WORDS: Readonly<Record<string, string>> = {
  'approval-rule': 'Approval rule changed',
  'alert-channel': 'Alert channel changed',
  SignedIn: 'Signed in',
  SignInFailed: 'Sign-in failed',
};

export function describeWhat(what: string): string {
  return WHAT_WORDS[what] ?? describeName(what.replaceAll('-', ' '));
}

export interface Difference {
  name: string;
  from: string;
  to: string;
}

/** What a change changed, field by field; what stayed is left out. */
export function differencesOf({ details }: AuditEntry): Difference[] {
  const { before, after } = details;
  if (!isObject(after) && !isObject(before)) return [];
  const [from, to] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names
    .map((name) => ({ name: name.replace(/Cents$/, ''), from: wordsOf(name, from[name]), to: wordsOf(name, to[name]) }))
    .filter((difference) => difference.from !== difference.to);
}

/** What stands with an entry that is no change. */
export function noteOf({ details }: AuditEntry): string {
  const { note, because, address } = details;
  return [note, because, typeof address === 'string' ? `from ${address}` : undefined]
    .filter((each): each is string => typeof each === 'string' && each !== '')
    .join(' · ');
}

function wordsOf(name: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'number' && name.endsWith('Cents')) return describeCents(value);
  if (typeof value === 'number' && name.endsWith('AtMs') && isTime(value)) return describeTime(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
