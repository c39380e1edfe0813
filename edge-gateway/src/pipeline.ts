import { ShelfwireError, type Reading } from '@shelfwire/contract';

import type { DecodeResult, Frame, Reply } from './decode/decoder.ts';
import type { Device } from './devices/device.ts';
import type { GatewayEvents, Transport } from './events.ts';
import type { SiteNormalizer } from './normalize/normalizer.ts';
import { SaveLine } from './outbox/save-line.ts';
import type { Quarantine } from './quarantine.ts';

export interface PipelineParts {
  normalizer: SiteNormalizer;
  append: (readings: readonly Reading[]) => Promise<void>;
  quarantine: Quarantine;
  events: GatewayEvents;
}

/** Whether the device may be told that its frame is safe; otherwise it must send it again. */
export type Received = { kept: true; reply?: Reply } | { kept: false };

/** The way of a frame at the gateway: decode → normalize → keep. What goes on from the outbox is the uplink's. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #lines = new Map<string, SaveLine>();

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Resolves when the frame's readings are durable, or the frame is set aside, or the disk has refused them. */
  async receive(device: Device, frame: Frame, transport: Transport): Promise<Received> {
    const { events, normalizer } = this.#parts;
    const { deviceId } = device.settings;
    const line = this.#line(deviceId);
    events.frameReceived(transport);
    // Nothing is decoded while older readings wait for the disk: that bounds the line to the readings of one frame.
    if (line.unsavedCount > 0 && !(await this.#saved(line.saveAll(), deviceId))) return { kept: false };

    const decoded = decodeSafely(device, frame);
    const reply = decoded.reply ? { reply: decoded.reply } : {};
    if (!decoded.ok) {
      await this.#setAside(deviceId, frame, decoded.kind, decoded.detail);
      return { kept: true, ...reply };
    }

    for (const { kind, detail } of decoded.rejected?.slice(0, 1) ?? [])
      await this.#setAside(deviceId, frame, kind, detail);

    const readings = normalizer.normalize(deviceId, decoded.samples, frame);

    const kept = await this.#saved(line.keep(readings), deviceId);
    return kept ? { kept, ...reply } : { kept };
  }

  /** What follows from time alone: settled weights, silent sensors, tags that left. Call it about once a second. */
  async tick(nowMs: number): Promise<void> {
    const perDevice = Map.groupBy(this.#parts.normalizer.tick(nowMs), (reading) => reading.deviceId);
    await Promise.all(
      [...perDevice].map(([deviceId, readings]) => this.#saved(this.#line(deviceId).keep(readings), deviceId)),
    );
  }

  /** Readings made but not durable: refused by a full disk, kept in memory until there is room. */
  get unsavedReadings(): number {
    return [...this.#lines.values()].reduce((sum, line) => sum + line.unsavedCount, 0);
  }

  #line(deviceId: string): SaveLine {
    let line = this.#lines.get(deviceId);
    if (!line) {
      line = new SaveLine(this.#parts.append);
      this.#lines.set(deviceId, line);
    }
    return line;
  }

  async #saved(saving: Promise<void>, deviceId: string): Promise<boolean> {
    try {
      await saving;
      return true;
    } catch (error) {
      if (!(error instanceof ShelfwireError && error.retryable)) throw error;
      this.#parts.events.refused('outbox-full', { deviceId, code: error.code });
      return false;
    }
  }

  async #setAside(deviceId: string, frame: Frame, reason: string, detail: string): Promise<void> {
    const { quarantine, events } = this.#parts;
    const topic = frame.topic === undefined ? {} : { topic: frame.topic };
    const entry = { atMs: frame.receivedAtMs, deviceId, ...topic, reason, detail, payload: frame.payload };
    events.frameQuarantined(deviceId, reason, detail, await quarantine.put(entry));
  }
}

/** A decoder never throws. Should one, its frame is set aside: unacknowledged, it would come again and again. */
function decodeSafely(device: Device, frame: Frame): DecodeResult {
  try {
    return device.decoder.decode(frame);
  } catch (error) {
    return {
      ok: false,
      kind: 'malformed',
      detail: `The decoder failed: ${error instanceof Error ? error.message : 'unknown'}`,
    };
  }
}
