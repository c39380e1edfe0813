import type { Frame } from '../decode/decoder.ts';
import { deviceIdOfTopic } from '../decode/device-of-topic.ts';
import { type DiscoveredEntity, readDiscovery } from '../decode/home-assistant/discovery.ts';
import { type SuggestedDevice, suggestDevices } from '../decode/home-assistant/suggestion.ts';
import { fittingDecoders, type FittingDecoder } from './fitting-decoders.ts';

/**
 * Where devices publish by the conventions of the families we read, and where they announce themselves for Home Assistant:
 * what to listen to on a broker of the site's own, to find devices that nobody has configured.
 */
export const UNCLAIMED_FILTERS: readonly string[] = [
  'homeassistant/#',
  'tele/+/SENSOR',
  'zigbee2mqtt/+',
  '+/events/rpc',
  '+/sensor/+/state',
  'application/+/device/+/event/up',
  'v3/+/devices/+/up',
  'spBv1.0/#',
];

const DEVICES_MAX = 200;
const FRAMES_MAX = 10;
const FRAME_BYTES_MAX = 8_192;
const ENTITIES_MAX = 1_000;

interface Unclaimed {
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  frames: (Frame & { topic: string })[];
}

export interface UnclaimedDevice {
  /** The name that its topics give it; approval takes it by this. */
  name: string;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  topics: string[];
  fits: FittingDecoder[];
  /** Entries of gateway.yaml that would read what it announced for Home Assistant. */
  suggestions: SuggestedDevice[];
}

/**
 * What is published on a broker that is not ours, by devices of which the device list knows nothing. Nobody signs in here:
 * the topic alone tells them apart. Frames are looked at, not kept. Bounded in devices, frames and bytes; when there are too
 * many, the one that has been silent longest goes.
 */
export class UnclaimedTopics {
  readonly #byName = new Map<string, Unclaimed>();
  readonly #announced = new Map<string, DiscoveredEntity>();

  heard(frame: Frame & { topic: string }): void {
    if (frame.payload.length > FRAME_BYTES_MAX) return;
    const entities = readDiscovery(frame.topic, frame.payload);
    for (const entity of entities) {
      if (this.#announced.size < ENTITIES_MAX) this.#announced.set(entity.entityId, entity);
    }
    if (entities.length > 0 || frame.topic.endsWith('/config')) return;
    const name = deviceIdOfTopic(frame.topic, stemOf(frame.topic));
    const known = this.#byName.get(name) ?? { firstSeenAtMs: frame.receivedAtMs, lastSeenAtMs: 0, frames: [] };
    // To the end of the map: its first entry is the one that has been silent longest.
    this.#byName.delete(name);
    this.#byName.set(name, known);
    known.lastSeenAtMs = frame.receivedAtMs;
    known.frames.push({ ...frame, payload: Uint8Array.from(frame.payload) });
    if (known.frames.length > FRAMES_MAX) known.frames.shift();
    const [silent] = this.#byName.keys();
    if (this.#byName.size > DEVICES_MAX && silent !== undefined) this.#byName.delete(silent);
  }

  list(): UnclaimedDevice[] {
    return [...this.#byName].map(([name, { frames, firstSeenAtMs, lastSeenAtMs }]) => {
      const topics = [...new Set(frames.map(({ topic }) => topic))];
      const announced = [...this.#announced.values()].filter(({ stateTopic }) => topics.includes(stateTopic));
      return {
        name,
        firstSeenAtMs,
        lastSeenAtMs,
        topics,
        fits: fittingDecoders(frames),
        suggestions: suggestDevices(announced),
      };
    });
  }

  topicsOf(name: string): string[] | undefined {
    const frames = this.#byName.get(name)?.frames;
    return frames && [...new Set(frames.map(({ topic }) => topic))];
  }

  /** The device list knows it now. */
  remove(name: string): void {
    this.#byName.delete(name);
  }
}

/** All but the last level: what one device publishes usually differs in that only. */
function stemOf(topic: string): string {
  const levels = topic.split('/').filter((level) => level !== '');
  return (levels.length > 1 ? levels.slice(0, -1) : levels).join('-');
}
