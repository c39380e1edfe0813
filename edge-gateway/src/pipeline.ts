import type { Reading } from '@shelfwire/contract';

import type { Frame, RejectedEntry, Reply } from './decode/decoder.ts';
import type { Sample } from './decode/sample.ts';
import type { Device } from './devices/device.ts';
import type { GatewayEvents, Transport } from './events.ts';
import type { SiteNormalizer } from './normalize/normalizer.ts';
import { SaveLines } from './outbox/save-lines.ts';
import type { SettlingJournal, UnsettledFrame } from './settling-journal.ts';
import type { Quarantine } from './quarantine.ts';
import { ReadingTraces } from './reading-traces.ts';
import { readingsOfOldFrame } from './replay.ts';

export interface PipelineParts {
  normalizer: SiteNormalizer;
  append: (readings: readonly Reading[]) => Promise<void>;
  quarantine: Quarantine;
  events: GatewayEvents;
  /** The distance between small writes; 0 on a virtual clock, where no time passes in between. */
  smallGroupEveryMs?: number;
  /** Keeps what is acknowledged before it is a reading. */
  journal?: Pick<SettlingJournal, 'keep' | 'settled' | 'devices'>;
  /** Sees what was decoded, for calibration. */
  observe?: (deviceId: string, samples: readonly Sample[], receivedAtMs: number) => void;
}

/** Whether the device may be told that its frame is safe; otherwise it must send it again. */
export type Received = { kept: true; reply?: Reply } | { kept: false };

const LEFT_IS_HISTORY_AFTER_MS = 600_000;

export type FrameSettled = (kept: boolean, reply?: Reply) => void;

export type Replayed =
  | { kind: 'kept'; readings: number }
  | { kind: 'unusable'; reason: string; detail: string }
  /** The disk is full; nothing has changed. */
  | { kind: 'refused' };

/** The way of a frame at the gateway: decode → normalize → keep. What goes on from the outbox is the uplink's. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #lines: SaveLines;
  readonly #traces = new ReadingTraces();
  /** Who has spoken since the start, until what was left before is taken. */
  #heard: Set<string> | undefined = new Set();

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#lines = new SaveLines({
      append: parts.append,
      refused: (deviceId, { code }) => parts.events.refused('outbox-full', { deviceId, code }),
      smallGroupEveryMs: parts.smallGroupEveryMs,
    });
  }

  /** As `take`. */
  receive(device: Device, frame: Frame, transport: Transport): Promise<Received> {
    return new Promise((resolve) => {
      this.take(device, frame, transport, (kept, reply) => {
        if (!kept) resolve({ kept });
        else resolve(reply ? { kept, reply } : { kept });
      });
    });
  }

  /**
   * `settled` is called when the frame's readings are durable, or the frame is set aside, or the disk has refused them.
   * A callback, since this is the way of every message: a promise at each step would cost more than the decoder.
   */
  take(device: Device, frame: Frame, transport: Transport, settled: FrameSettled): void {
    const { deviceId } = device.settings;
    this.#parts.events.frameReceived(transport);
    if (!this.#lines.isBlocked(deviceId)) {
      this.#takeUnblocked(device, frame, transport, settled);
      return;
    }
    // Nothing is decoded while the disk refuses older readings: the line does not grow.
    this.#lines.keep(deviceId, [], (kept) => {
      if (kept) this.#takeUnblocked(device, frame, transport, settled);
      else settled(false);
    });
  }

  #takeUnblocked(device: Device, frame: Frame, transport: Transport, settled: FrameSettled): void {
    const { deviceId } = device.settings;
    const { readings, bad, reply } = this.#readingsOf(device, frame);
    const { normalizer, journal } = this.#parts;
    this.#heard?.add(deviceId);
    // Nobody acknowledges a wire, and what is on it is asked again or goes on talking.
    if (journal && transport === 'mqtt' && normalizer.isSettling(deviceId)) {
      const alsoKept = Promise.all([journal.keep(deviceId, frame), bad && this.#setAside(deviceId, frame, bad)]);
      this.#keepAndAnswer(deviceId, readings, settled, { setAside: alsoKept.then(() => undefined), reply });
    } else if (!bad && !reply) this.#lines.keep(deviceId, readings, settled);
    else
      this.#keepAndAnswer(deviceId, readings, settled, {
        setAside: bad && this.#setAside(deviceId, frame, bad),
        reply,
      });
  }

  #keepAndAnswer(
    deviceId: string,
    readings: readonly Reading[],
    settled: FrameSettled,
    also: { setAside?: Promise<void> | undefined; reply: Reply | undefined },
  ): void {
    // Asked at once: on a full disk it fails long before the readings are refused, and a failure nobody waits for yet
    // would end the process.
    const isSetAside = also.setAside?.then(
      () => true,
      () => false, // not kept: the device sends it again
    );
    this.#lines.keep(deviceId, readings, (kept) => {
      if (!isSetAside) settled(kept, also.reply);
      else void isSetAside.then((isKept) => (isKept ? settled(kept, also.reply) : settled(false)));
    });
  }

  /**
   * Takes a frame of the quarantine again, by the device's settings of now; all of it or nothing. It was counted when it
   * came. @returns how many readings are durable now
   */
  async replay(device: Device, frame: Frame): Promise<Replayed> {
    const { deviceId } = device.settings;
    if (this.#lines.isBlocked(deviceId) && !(await this.#kept(deviceId, []))) return { kind: 'refused' };
    const made = replayedReadings(device, frame);
    if (!made.ok) return { kind: 'unusable', reason: made.problem.kind, detail: made.problem.detail };
    if (!(await this.#kept(deviceId, made.readings))) return { kind: 'refused' };
    this.#parts.events.frameReplayed(deviceId, made.readings.length);
    return { kind: 'kept', readings: made.readings.length };
  }

  /** Decodes and normalizes. `bad` says what could not be used: the whole frame, or the first of such entries. */
  #readingsOf(device: Device, frame: Frame): { readings: Reading[]; bad?: RejectedEntry; reply?: Reply | undefined } {
    const { deviceId } = device.settings;
    try {
      const decoded = device.decoder.decode(frame);
      const { reply } = decoded;
      if (!decoded.ok) return { readings: [], bad: { kind: decoded.kind, detail: decoded.detail }, reply };
      this.#parts.observe?.(deviceId, decoded.samples, frame.receivedAtMs);
      const normalized = this.#parts.normalizer.normalize(deviceId, decoded.samples, frame);
      const readings = this.#traces.ofFrame(deviceId, frame, normalized);
      const usable = readings.every(isStorable) ? readings : readings.filter(isStorable);
      const bad = usable === readings ? decoded.rejected?.[0] : TOO_LONG;
      return bad ? { readings: usable, bad, reply } : { readings, reply };
    } catch (error) {
      // Neither throws. Should one, its frame is set aside: unacknowledged, it would come again for ever.
      return { readings: [], bad: decoderFailed(error) };
    }
  }

  /** The device's connection is alive though nothing came: of a reader of tags, silence then means that it sees none. */
  async alive(device: Device, nowMs: number): Promise<void> {
    const { deviceId } = device.settings;
    const readings = this.#parts.normalizer.connected(deviceId, nowMs);
    if (readings.length > 0) await this.#kept(deviceId, readings);
  }

  /** What follows from time alone: settled weights, silent sensors, tags that left. Call it about once a second. */
  async tick(nowMs: number): Promise<void> {
    const perDevice = Map.groupBy(this.#parts.normalizer.tick(nowMs), (reading) => reading.deviceId);
    await Promise.all(
      [...perDevice].map(([deviceId, readings]) => this.#kept(deviceId, this.#traces.ofTime(deviceId, readings))),
    );
    const { journal, normalizer } = this.#parts;
    for (const deviceId of journal?.devices ?? []) {
      const isLeft = this.#heard !== undefined && !this.#heard.has(deviceId);
      if (!isLeft && !normalizer.isSettling(deviceId) && this.#lines.isEmpty(deviceId)) journal?.settled(deviceId);
    }
  }

  /**
   * Takes what the life before acknowledged and had no reading of yet, unless its device has spoken again since: then what it
   * says now counts. Call it once, when the devices had time to.
   */
  async takeLeft(left: readonly UnsettledFrame[], deviceOf: (id: string) => Device | undefined, nowMs: number) {
    const heard = this.#heard ?? new Set<string>();
    for (const { deviceId, frame } of left) {
      const device = deviceOf(deviceId);
      if (!device || heard.has(deviceId)) continue;
      // The scale's last word is the weight. One that is old by now says what was, not what is.
      if (Math.abs(nowMs - frame.receivedAtMs) >= LEFT_IS_HISTORY_AFTER_MS) await this.replay(device, frame);
      else await this.receive(device, { ...frame, receivedAtMs: nowMs }, 'mqtt');
    }
    this.#heard = undefined;
  }

  /** What it needs to take frames. */
  missing(): string[] {
    return this.#lines.someBlocked ? ['room in the outbox'] : [];
  }

  #kept(deviceId: string, readings: readonly Reading[]): Promise<boolean> {
    return new Promise((resolve) => this.#lines.keep(deviceId, readings, resolve));
  }

  async #setAside(deviceId: string, frame: Frame, { kind, detail }: RejectedEntry): Promise<void> {
    const { quarantine, events } = this.#parts;
    const { receivedAtMs: atMs, topic, retained, fPort, payload } = frame;
    const entry = { atMs, deviceId, topic, retained, fPort, reason: kind, detail, payload };
    events.frameQuarantined(deviceId, kind, detail, await quarantine.put(entry));
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
