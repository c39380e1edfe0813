import { matchesTopicFilter } from '../topic-filter.ts';
import type { Device } from './device.ts';

/** Finds the device a topic belongs to: by a lookup for plain topics, by trying for the few filters with wildcards. */
export class TopicRouter {
  readonly #byTopic = new Map<string, Device>();
  readonly #byFilter: { filter: string; device: Device }[] = [];

  constructor(devices: Iterable<Device>) {
    for (const device of devices) {
      for (const filter of device.settings.topics ?? []) {
        if (filter.includes('+') || filter.includes('#')) this.#byFilter.push({ filter, device });
        else if (!this.#byTopic.has(filter)) this.#byTopic.set(filter, device);
      }
    }
  }

  deviceFor(topic: string): Device | undefined {
    return this.#byTopic.get(topic) ?? this.#byFilter.find(({ filter }) => matchesTopicFilter(filter, topic))?.device;
  }
}
