/** What became of a series of values that were sent in increasing order, each a message of its own. */
export interface Comparison {
  /** Acknowledged and found. */
  matched: number;
  /** Acknowledged to the device, and not found: a broken promise. */
  missing: number;
  /** Found more often than the device sent it. */
  duplicate: number;
  /** Found after a greater value. */
  misordered: number;
  /** Found, though no PUBACK had come: allowed, the device did send it. */
  unacknowledged: number;
  /** Found, but never sent: a made-up reading. */
  foreign: number;
}

export interface SentMessage {
  value: number;
  /** How often the device put it on the wire: more than once after a broken connection. */
  sends: number;
  acknowledged: boolean;
}

/** @param found the values of the store in the order of their time */
export function compareSeries(sent: readonly SentMessage[], found: readonly number[]): Comparison {
  const result: Comparison = { matched: 0, missing: 0, duplicate: 0, misordered: 0, unacknowledged: 0, foreign: 0 };
  const times = new Map<number, number>();
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of found) {
    times.set(value, (times.get(value) ?? 0) + 1);
    if (value < greatest) result.misordered += 1;
    greatest = Math.max(greatest, value);
  }
  for (const message of sent) {
    const count = times.get(message.value) ?? 0;
    times.delete(message.value);
    if (message.acknowledged) result[count > 0 ? 'matched' : 'missing'] += 1;
    else if (count > 0) result.unacknowledged += 1;
    result.duplicate += Math.max(0, count - message.sends);
  }
  for (const count of times.values()) result.foreign += count;
  return result;
}

export function addComparisons(parts: readonly Comparison[]): Comparison {
  const total = compareSeries([], []);
  for (const part of parts) {
    for (const key of Object.keys(total) as (keyof Comparison)[]) total[key] += part[key];
  }
  return total;
}
