import { ShelfwireError, type Reading } from '@shelfwire/contract';

import type { Frame, RejectedEntry, Reply } from './decode/decoder.ts';
import type { Sample } from './decode/sample.ts';
import type { Device } from './devices/device.ts';
import type { GatewayEvents, Transport } from './events.ts';
import type { SiteNormalizer } from './normalize/normalizer.ts';
import { SaveLine } from './outbox/save-line.ts';
import type { Quarantine } from './quarantine.ts';
import { readingsOfOldFrame } from './replay.ts';

export interface PipelineParts {
  normalizer: SiteNormalizer;
  append: (readings: readonly Reading[]) => Promise<void>;
  quarantine: Quarantine;
  events: GatewayEvents;
  /** Sees what was decoded, for calibration. */
  observe?: (deviceId: string, samples: readonly Sample[], receivedAtMs: number) => void;
}

/** Whether the device may be told that its frame is safe; otherwise it must send it again. */
export type Received = { kept: true; reply?: Reply } | { kept: false };

export type Replayed =
  | { kind: 'kept'; readings: number }
  | { kind: 'unusable'; reason: string; detail: string }
  /** The disk is full; nothing has changed. */
  | { kind: 'refused' };

/** The way of a frame at the gateway: decode → normalize → keep. What goes on from the outbox is the uplink's. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #lines = new Map<string, SaveLine>();

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  /** Resolves when the frame's readings are durable, or the frame is set aside, or the disk has refused them. */
  async receive(device: Device, frame: Frame, transport: Transport): Promise<Received> {
    const { events } = this.#parts;
    const { deviceId } = device.settings;
    const line = this.#line(deviceId);
    events.frameReceived(transport);
    // Nothing is decoded while the disk refuses older readings: the line does not grow.
    if (line.isBlocked && !(await this.#saved(line.saveAll(), deviceId))) return { kept: false };

    const made = this.#readingsOf(device, frame);
    for (const { kind, detail } of made.bad) await this.#setAside(deviceId, frame, kind, detail);

    const kept = await this.#saved(line.keep(made.readings), deviceId);
    return kept ? { kept, ...made.reply } : { kept };
  }

  /**
   * Takes a frame of the quarantine again, by the device's settings of now; all of it or nothing. It was counted when it
   * came. @returns how many readings are durable now
   */
  async replay(device: Device, frame: Frame): Promise<Replayed> {
    const { deviceId } = device.settings;
    const line = this.#line(deviceId);
    if (line.isBlocked && !(await this.#saved(line.saveAll(), deviceId))) return { kind: 'refused' };
    const made = replayedReadings(device, frame);
    if (!made.ok) return { kind: 'unusable', reason: made.problem.kind, detail: made.problem.detail };
    if (!(await this.#saved(line.keep(made.readings), deviceId))) return { kind: 'refused' };
    this.#parts.events.frameReplayed(deviceId, made.readings.length);
    return { kind: 'kept', readings: made.readings.length };
  }

  /** Decodes and normalizes. `bad` says what could not be used: the whole frame, or entries of it. */
  #readingsOf(device: Device, frame: Frame): { readings: Reading[]; bad: RejectedEntry[]; reply: { reply?: Reply } } {
    const { deviceId } = device.settings;
    try {
      const decoded = device.decoder.decode(frame);
      const reply = decoded.reply ? { reply: decoded.reply } : {};
      if (!decoded.ok) return { readings: [], bad: [{ kind: decoded.kind, detail: decoded.detail }], reply };
      this.#parts.observe?.(deviceId, decoded.samples, frame.receivedAtMs);
      const readings = this.#parts.normalizer.normalize(deviceId, decoded.samples, frame);
      const usable = readings.filter(isStorable);
      const bad =
        usable.length === readings.length ? (decoded.rejected ?? []) : [TOO_LONG, ...(decoded.rejected ?? [])];
      // One entry of many is enough to find the frame by.
      return { readings: usable, bad: bad.slice(0, 1), reply };
    } catch (error) {
      // Neither throws. Should one, its frame is set aside: unacknowledged, it would come again for ever.
      return { readings: [], bad: [decoderFailed(error)], reply: {} };
    }
  }

  /** The device's connection is alive though nothing came: of a reader of tags, silence then means that it sees none. */
  async alive(device: Device, nowMs: number): Promise<void> {
    const { deviceId } = device.settings;
    const readings = this.#parts.normalizer.connected(deviceId, nowMs);
    if (readings.length > 0) await this.#saved(this.#line(deviceId).keep(readings), deviceId);
  }

  /** What follows from time alone: settled weights, silent sensors, tags that left. Call it about once a second. */
  async tick(nowMs: number): Promise<void> {
    const perDevice = Map.groupBy(this.#parts.normalizer.tick(nowMs), (reading) => reading.deviceId);
    await Promise.all(
      [...perDevice].map(([deviceId, readings]) => this.#saved(this.#line(deviceId).keep(readings), deviceId)),
    );
  }

  /** What it needs to take frames. */
  missing(): string[] {
    return [...this.#lines.values()].some(({ isBlocked }) => isBlocked) ? ['room in the outbox'] : [];
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
    const { receivedAtMs: atMs, topic, retained, fPort, payload } = frame;
    const entry = { atMs, deviceId, topic, retained, fPort, reason, detail, payload };
    events.frameQuarantined(deviceId, reason, detail, await quarantine.put(entry));
  }
}

const TOO_LONG: RejectedEntry = { kind: 'out-of-range', detail: 'A tag has more memory than a reading can carry.' };

function decoderFailed(error: unknown): RejectedEntry {
  const because = error instanceof Error ? error.message : 'unknown error';
  return { kind: 'malformed', detail: `The decoder failed: ${because}` };
}

function replayedReadings(device: Device, frame: Frame): ReturnType<typeof readingsOfOldFrame> {
  try {
    const made = readingsOfOldFrame(device.settings, frame);
    return made.ok && !made.readings.every(isStorable) ? { ok: false, problem: TOO_LONG } : made;
  } catch (error) {
    return { ok: false, problem: decoderFailed(error) };
  }
}

/** Texts in a reading are as long as the contract allows; a longer one would be refused at every stage behind this. */
function isStorable(reading: Reading): boolean {
  return reading.kind !== 'tag' || (reading.epcUri.length <= 512 && reading.epcHex.length <= 512);
}
