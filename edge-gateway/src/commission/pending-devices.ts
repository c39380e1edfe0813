import type { Frame } from '../decode/decoder.ts';
import { fittingDecoders, type FittingDecoder } from './fitting-decoders.ts';

const PENDING_MAX = 200;
const FRAMES_MAX = 20;
const FRAME_BYTES_MAX = 16_384;

interface Pending {
  username: string;
  clientId: string;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  password: string;
  frames: (Frame & { topic: string })[];
}

export interface PendingDevice {
  username: string;
  clientId: string;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  topics: string[];
  lastFrames: { topic: string; receivedAtMs: number; payloadBase64: string }[];
  fits: FittingDecoder[];
}

/**
 * Devices that signed in with an enrolment token and wait for a person. Their frames are looked at, not kept: what a
 * device said before anybody knew what it is cannot be a reading. Bounded in devices, frames and bytes.
 */
export class PendingDevices {
  readonly #byUsername = new Map<string, Pending>();

  /** @returns false if there are too many */
  signedIn(username: string, clientId: string, password: string, nowMs: number): boolean {
    const known = this.#byUsername.get(username);
    if (!known && this.#byUsername.size >= PENDING_MAX) return false;
    const { firstSeenAtMs, frames } = known ?? { firstSeenAtMs: nowMs, frames: [] };
    this.#byUsername.set(username, { username, clientId, firstSeenAtMs, lastSeenAtMs: nowMs, password, frames });
    return true;
  }

  heard(username: string, frame: Frame & { topic: string }): void {
    const pending = this.#byUsername.get(username);
    if (!pending) return;
    pending.lastSeenAtMs = frame.receivedAtMs;
    if (frame.payload.length > FRAME_BYTES_MAX) return;
    // A copy: the payload is a window into a network buffer that would stay in memory as a whole.
    pending.frames.push({ ...frame, payload: Uint8Array.from(frame.payload) });
    if (pending.frames.length > FRAMES_MAX) pending.frames.shift();
  }

  list(): PendingDevice[] {
    return [...this.#byUsername.values()].map((pending) => ({
      username: pending.username,
      clientId: pending.clientId,
      firstSeenAtMs: pending.firstSeenAtMs,
      lastSeenAtMs: pending.lastSeenAtMs,
      topics: [...new Set(pending.frames.map(({ topic }) => topic))],
      lastFrames: pending.frames.slice(-3).map(({ topic, receivedAtMs, payload }) => ({
        topic,
        receivedAtMs,
        payloadBase64: Buffer.from(payload).toString('base64'),
      })),
      fits: fittingDecoders(pending.frames),
    }));
  }

  /** What approval needs to know; undefined if nobody waits under this name. */
  get(username: string): { password: string; topics: string[] } | undefined {
    const pending = this.#byUsername.get(username);
    return pending && { password: pending.password, topics: [...new Set(pending.frames.map(({ topic }) => topic))] };
  }

  remove(username: string): void {
    this.#byUsername.delete(username);
  }
}
