import type { Frame } from '../decode/decoder.ts';
import { type DiscoveredEntity, readDiscovery } from '../decode/home-assistant/discovery.ts';
import { type SuggestedDevice, suggestDevices } from '../decode/home-assistant/suggestion.ts';
import { fittingDecoders, type FittingDecoder } from './fitting-decoders.ts';

const PENDING_MAX = 200;
const FRAMES_MAX = 20;
const FRAME_BYTES_MAX = 16_384;
const ANNOUNCED_MAX = 64;

interface Pending {
  username: string;
  clientId: string;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  password: string;
  frames: (Frame & { topic: string })[];
  /** What it announced for Home Assistant, by unique id. */
  announced: Map<string, DiscoveredEntity>;
}

export interface PendingDevice {
  username: string;
  clientId: string;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  topics: string[];
  lastFrames: { topic: string; receivedAtMs: number; payloadBase64: string }[];
  fits: FittingDecoder[];
  /** Entries of gateway.yaml that would read what it announced for Home Assistant. */
  suggestions: SuggestedDevice[];
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
    const { firstSeenAtMs, frames, announced } = known ?? { firstSeenAtMs: nowMs, frames: [], announced: new Map() };
    const session = { username, clientId, firstSeenAtMs, lastSeenAtMs: nowMs, password, frames, announced };
    this.#byUsername.set(username, session);
    return true;
  }

  heard(username: string, frame: Frame & { topic: string }): void {
    const pending = this.#byUsername.get(username);
    if (!pending) return;
    pending.lastSeenAtMs = frame.receivedAtMs;
    if (frame.payload.length > FRAME_BYTES_MAX) return;
    // Announced once, at connect; it would be gone from the last frames when a person looks.
    for (const entity of readDiscovery(frame.topic, frame.payload)) {
      if (pending.announced.size < ANNOUNCED_MAX) pending.announced.set(entity.entityId, entity);
    }
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
      suggestions: suggestDevices([...pending.announced.values()]),
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
