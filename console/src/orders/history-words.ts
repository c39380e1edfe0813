import { describeTime } from '../time/describe-age';
import { describeName, isObject } from './proof-words';

/** "OrderAcknowledged" → "Order acknowledged". */
export function describeEvent(event: string): string {
  return describeName(event);
}

/**
 * "Hex nut: 50 → 70". Entries of an earlier version know a line by its number only; what one of a later version holds
 * besides is left out.
 */
export function describeChanges(details: Readonly<Record<string, unknown>> | null): string[] {
  const changes = details?.['changes'];
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((change: unknown) => {
    if (!isObject(change) || typeof change['field'] !== 'string') return [];
    const { field, from, to } = change;
    const name = typeof change['name'] === 'string' ? change['name'] : field.charAt(0).toUpperCase() + field.slice(1);
    return [`${name}: ${describeValue(field, from)} → ${describeValue(field, to)}`];
  });
}

function describeValue(field: string, value: unknown): string {
  if (typeof value === 'number' && /delivery|date/i.test(field)) return describeTime(value);
  if (typeof value === 'number' || typeof value === 'string') return String(value);
  return 'none';
}
