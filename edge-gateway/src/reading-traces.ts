import type { Reading } from '@shelfwire/contract';
import { isTracing, recordSpan } from '@shelfwire/contract/service';

/**
 * Begins a trace with each device message and gives it to the readings that come of it. A weight that settles between
 * two messages belongs to the trace of the last one. Where nobody traces, readings pass as they are.
 */
export class ReadingTraces {
  readonly #lastOf = new Map<string, string>();

  ofFrame(
    deviceId: string,
    frame: { receivedAtMs: number; topic?: string | undefined },
    readings: Reading[],
  ): Reading[] {
    if (!isTracing()) return readings; // the way of every message: not even an object is made
    const traceparent = recordSpan('device message', {
      startMs: frame.receivedAtMs,
      endMs: frame.receivedAtMs,
      attributes: { 'shelfwire.device': deviceId, 'shelfwire.readings': readings.length },
    });
    if (traceparent === undefined) {
      if (this.#lastOf.size > 0) this.#lastOf.delete(deviceId);
      return readings;
    }
    this.#lastOf.set(deviceId, traceparent);
    return readings.map((reading) => ({ ...reading, traceparent }));
  }

  ofTime(deviceId: string, readings: readonly Reading[]): readonly Reading[] {
    const traceparent = this.#lastOf.get(deviceId);
    return traceparent === undefined ? readings : readings.map((reading) => ({ ...reading, traceparent }));
  }
}
