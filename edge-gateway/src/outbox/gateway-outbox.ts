import { join } from 'node:path';

import { ShelfwireError, type Reading } from '@shelfwire/contract';

import { ClockOrder } from './clock-order.ts';
import { OutboxFullError } from './full-error.ts';
import { OutboxLane, type LaneOptions } from './lane.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxRecord } from './segment-format.ts';

export interface GatewayOutboxEvents {
  /** Telemetry that was given up for newer readings; `urgent` ones may cost telemetry too. */
  thinned(count: number): void;
  /** Alarms among it, which went over to the urgent outbox. */
  alarmsMoved(count: number): void;
}

/** A press of a button is a person's word and does not come again; what a sensor measures does. */
export function isUrgent(reading: Reading): boolean {
  return reading.kind === 'button';
}

/**
 * The newest reading is among so many at the end, not always the last: what took seconds to settle, and what a device tells
 * of its past, is written after others that were received later.
 */
const NEWEST_AMONG = 1_000;

/** Some of the readings are durable, these are not. */
export class PartlySavedError extends ShelfwireError {
  readonly unsaved: readonly Reading[];

  constructor(unsaved: readonly Reading[], cause: ShelfwireError) {
    super(cause.code, cause.message, { retryable: cause.retryable, cause });
    this.unsaved = unsaved;
  }
}

/**
 * The outboxes of the gateway by priority, each with its own policy when full, so that a flood of one never costs the other:
 * - urgent readings block: they are refused, the device is not acknowledged and sends again;
 * - telemetry thins out, oldest first, and urgent readings may take its room on a full disk. What is given up is counted.
 * - alarms stay in their sensor's order (ADR 0007) until their segment must go. Then they go over to the urgent outbox, as
 *   history, and block as presses do: while it is full, telemetry is refused instead of an alarm being lost.
 */
export class GatewayOutbox {
  readonly #urgent: OutboxLane;
  readonly #telemetry: OutboxLane;
  readonly #events: GatewayOutboxEvents;
  #order = new ClockOrder(0);
  #givingUp: Promise<boolean> | undefined;
  readonly #giveUpOldest = (): Promise<boolean> => {
    // Those who found the disk full together need room once.
    this.#givingUp ??= this.#giveUpOldestTelemetry().finally(() => (this.#givingUp = undefined));
    return this.#givingUp;
  };

  private constructor(urgent: OutboxLane, telemetry: OutboxLane, events: GatewayOutboxEvents) {
    this.#urgent = urgent;
    this.#telemetry = telemetry;
    this.#events = events;
  }

  static async open(folder: string, options: LaneOptions & { events: GatewayOutboxEvents }): Promise<GatewayOutbox> {
    const urgent = await OutboxLane.open(join(folder, 'urgent'), options);
    const telemetry = await OutboxLane.open(join(folder, 'telemetry'), options);
    const outbox = new GatewayOutbox(urgent, telemetry, options.events);
    outbox.#order = new ClockOrder(await outbox.newestReceivedAtMs());
    return outbox;
  }

  get telemetry(): OutboxLane {
    return this.#telemetry;
  }

  /** In the order in which they are sent. */
  get outboxes(): readonly Outbox[] {
    return [...this.#urgent.outboxes, ...this.#telemetry.outboxes];
  }

  get queuedReadings(): number {
    return this.#urgent.queuedReadings + this.#telemetry.queuedReadings;
  }

  get sizeBytes(): number {
    return this.#urgent.sizeBytes + this.#telemetry.sizeBytes;
  }

  /**
   * Resolves when all are durable; rejects with PartlySavedError when some are. That one priority is refused does not
   * keep the other from the disk.
   */
  append(readings: readonly Reading[]): Promise<void> {
    return this.#append(this.#order.mark(readings));
  }

  async #append(readings: readonly Reading[]): Promise<void> {
    if (!readings.some(isUrgent)) return this.#telemetry.appendThinning(readings, this.#giveUpOldest);
    const urgent = readings.filter(isUrgent);
    if (urgent.length === readings.length) return this.#appendUrgent(urgent);
    const telemetry = readings.filter((reading) => !isUrgent(reading));
    const [urgentEnd, telemetryEnd] = await Promise.allSettled([
      this.#appendUrgent(urgent),
      this.#telemetry.appendThinning(telemetry, this.#giveUpOldest),
    ]);
    if (urgentEnd.status === 'rejected' && telemetryEnd.status === 'rejected')
      throw isRefusal(urgentEnd.reason) ? telemetryEnd.reason : urgentEnd.reason;
    if (urgentEnd.status === 'rejected') throw partlySaved(urgent, urgentEnd.reason);
    if (telemetryEnd.status === 'rejected') throw partlySaved(telemetry, telemetryEnd.reason);
  }

  /** When the oldest queued reading was received. */
  async oldestQueuedAtMs(): Promise<number | undefined> {
    const times: number[] = [];
    for (const outbox of this.outboxes) {
      const atMs = await outbox.oldestQueuedAtMs();
      if (atMs !== undefined) times.push(atMs);
    }
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** When the newest durable reading was received, by the latest that the clock has been; 0 if there is none. */
  async newestReceivedAtMs(): Promise<number> {
    let newestMs = 0;
    for (const outbox of this.outboxes) {
      for (const { receivedAtMs, text } of await lastRecords(outbox)) {
        // Of a clock that was set back, only the mark tells how late it had been: a restart must not forget that.
        const { notBeforeMs = 0 } = JSON.parse(text) as Reading;
        newestMs = Math.max(newestMs, receivedAtMs, notBeforeMs);
      }
    }
    return newestMs;
  }

  async tidy(): Promise<void> {
    await this.#urgent.tidy();
    await this.#telemetry.tidy();
  }

  async close(): Promise<void> {
    await Promise.all([this.#urgent.close(), this.#telemetry.close()]);
  }

  async #appendUrgent(urgent: readonly Reading[]): Promise<void> {
    for (;;) {
      try {
        return await this.#urgent.append(urgent);
      } catch (error) {
        if (!(error instanceof OutboxFullError) || error.reason !== 'disk') throw error;
        if (!(await this.#giveUpOldest())) throw error;
      }
    }
  }

  /** @returns false if there is nothing left to give up, or its alarms have nowhere to go */
  async #giveUpOldestTelemetry(): Promise<boolean> {
    let alarms: readonly Reading[] = [];
    let moved = false;
    const saveAlarms = async (found: readonly Reading[]): Promise<void> => {
      alarms = found;
      moved = await this.#moved(found);
    };
    try {
      const dropped = await this.#telemetry.dropOldest({ saveAlarms });
      if (dropped === undefined) return false;
      // The disk itself was full: what has gone made the room that its alarms need.
      moved ||= await this.#moved(alarms);
      if (moved && alarms.length > 0) this.#events.alarmsMoved(alarms.length);
      const lost = moved ? dropped - alarms.length : dropped;
      if (lost > 0) this.#events.thinned(lost);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  /** @returns false if the disk has no room; rejects if the urgent outbox has none */
  async #moved(alarms: readonly Reading[]): Promise<boolean> {
    try {
      await this.#urgent.append(alarms);
      return true;
    } catch (error) {
      if (error instanceof OutboxFullError && error.reason === 'disk') return false;
      throw error;
    }
  }
}

function partlySaved(unsaved: readonly Reading[], reason: unknown): unknown {
  return isRefusal(reason) ? new PartlySavedError(unsaved, reason) : reason;
}

function isRefusal(reason: unknown): reason is ShelfwireError {
  return reason instanceof ShelfwireError && reason.retryable;
}

async function lastRecords(outbox: Outbox): Promise<OutboxRecord[]> {
  const found: OutboxRecord[] = [];
  let sequence = Math.max(outbox.firstSequence, outbox.lastSequence - NEWEST_AMONG + 1);
  while (sequence <= outbox.lastSequence) {
    const read = await outbox.read(sequence, { readingsMax: NEWEST_AMONG, textBytesMax: Number.MAX_SAFE_INTEGER });
    if (read.kind === 'end') break;
    if (read.kind === 'records') found.push(...read.records);
    sequence = (read.kind === 'records' ? (found.at(-1)?.sequence ?? outbox.lastSequence) : read.to) + 1;
  }
  return found;
}
