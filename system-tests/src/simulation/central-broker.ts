import type { CentralLink, LinkOptions } from '@shelfwire/edge-gateway/parts';
import type { SeededRandom } from '@shelfwire/test-servers';

import type { VirtualTime } from './virtual-time.ts';

/** How badly the lines behave at the moment. Chances are per message. */
export interface LineQuality {
  lostChance: number;
  repeatedChance: number;
  overtakenChance: number;
  delayMsMax: number;
}

export const GOOD_LINES: LineQuality = { lostChance: 0, repeatedChance: 0, overtakenChance: 0, delayMsMax: 50 };

interface Message {
  topic: string;
  payload: Buffer;
}

interface Queued extends Message {
  /** How often its subscriber, though it was well, did not take it. */
  refusals: number;
}

interface Subscriber {
  /** @returns false if it must come again: the subscriber is away or has not acknowledged */
  take: (message: Message) => Promise<boolean>;
  topics: (topic: string) => boolean;
  /** Nothing is wrong with it: what it does not take now, it may never take. */
  isWell: () => boolean;
  queue: Queued[];
  reachable: boolean;
  busy: boolean;
}

const REDELIVER_AFTER_MS = 5_000;
/** So often may a message come back from a subscriber that is well. */
export const REFUSALS_MAX = 10;
const RECONNECT_AFTER_MS = 3_000;

/**
 * A central broker at QoS 1 with sessions, over lines that lose, repeat, delay and overtake. It keeps messages for a
 * subscriber that is away, until it is wiped.
 */
export class SimulatedBroker {
  lines: LineQuality = GOOD_LINES;
  readonly counts = { published: 0, lost: 0, repeated: 0, wiped: 0 };
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #links = new Set<SimulatedLink>();
  #gatewaysReach = true;

  constructor(time: VirtualTime, random: SeededRandom) {
    this.#time = time;
    this.#random = random;
  }

  subscribe(name: string, by: Pick<Subscriber, 'topics' | 'take' | 'isWell'>): void {
    this.#subscribers.set(name, { ...by, queue: [], reachable: true, busy: false });
  }

  publish(topic: string, payload: Buffer): void {
    this.counts.published += 1;
    for (const [name, subscriber] of this.#subscribers) {
      if (subscriber.topics(topic)) this.#carry(() => this.#enqueue(name, { topic, payload }));
    }
    for (const link of this.#links) if (link.wants(topic)) this.#carry(() => link.deliver(topic, payload));
  }

  /** Messages that wait for a subscriber. */
  get queued(): number {
    return [...this.#subscribers.values()].reduce((sum, { queue }) => sum + queue.length, 0);
  }

  /** Cuts or mends the line between the gateways and the broker. */
  setGatewayLine(works: boolean): void {
    this.#gatewaysReach = works;
    if (works) return;
    for (const link of this.#links) link.drop();
  }

  setSubscriberLine(name: string, works: boolean): void {
    const subscriber = this.#subscribers.get(name);
    if (!subscriber) return;
    subscriber.reachable = works;
    if (works) this.#work(name);
  }

  /** Its disk is empty: what it kept is gone, and everybody has to connect again. */
  wipe(): void {
    for (const subscriber of this.#subscribers.values()) {
      this.counts.wiped += subscriber.queue.length;
      subscriber.queue = [];
    }
    for (const link of this.#links) link.drop();
  }

  connect(options: LinkOptions, filters: readonly string[]): CentralLink {
    const link: SimulatedLink = new SimulatedLink(options, filters, {
      publish: (topic, text) => this.#carry(() => this.publish(topic, Buffer.from(text))),
      closed: () => this.#links.delete(link),
      retry: () =>
        this.#time.after(RECONNECT_AFTER_MS, () => {
          if (this.#links.has(link)) link.tryConnect(this.#gatewaysReach);
        }),
    });
    this.#links.add(link);
    return link;
  }

  #carry(deliver: () => void): void {
    const { lostChance, repeatedChance, overtakenChance, delayMsMax } = this.lines;
    if (this.#random.next() < lostChance) {
      this.counts.lost += 1;
      return;
    }
    const lateMs = this.#random.next() < overtakenChance ? delayMsMax * 20 : 0;
    this.#time.after(this.#random.between(0, delayMsMax) + lateMs, deliver);
    if (this.#random.next() >= repeatedChance) return;
    this.counts.repeated += 1;
    this.#time.after(this.#random.between(0, delayMsMax * 50), deliver);
  }

  #enqueue(name: string, message: Message): void {
    this.#subscribers.get(name)?.queue.push({ ...message, refusals: 0 });
    this.#work(name);
  }

  /** For ever would be too long: the days end here. */
  #refused(name: string, message: Queued): void {
    message.refusals += 1;
    if (message.refusals <= REFUSALS_MAX) return;
    const { topic, payload } = message;
    this.#time.stoppedBecause = `${name} is well and has not taken a message of ${payload.length} bytes on ${topic} ${message.refusals} times`;
  }

  /** One message at a time, in order; one that is not taken comes again. */
  #work(name: string): void {
    const subscriber = this.#subscribers.get(name);
    if (!subscriber || subscriber.busy || !subscriber.reachable) return;
    const [message] = subscriber.queue;
    if (!message) return;
    subscriber.busy = true;
    this.#time.after(1, async () => {
      const taken = subscriber.reachable && (await subscriber.take(message));
      subscriber.busy = false;
      if (taken && subscriber.queue[0] === message) subscriber.queue.shift();
      if (!taken && subscriber.reachable && subscriber.isWell()) this.#refused(name, message);
      if (taken) this.#work(name);
      else this.#time.after(REDELIVER_AFTER_MS, () => this.#work(name));
    });
  }
}

interface BrokerSide {
  publish: (topic: string, text: string) => void;
  closed: () => void;
  retry: () => void;
}

/** A gateway's connection to the simulated broker, in the place of MqttLink. */
class SimulatedLink implements CentralLink {
  readonly #options: LinkOptions;
  readonly #filters: readonly string[];
  readonly #broker: BrokerSide;
  #connected = false;

  constructor(options: LinkOptions, filters: readonly string[], broker: BrokerSide) {
    this.#options = options;
    this.#filters = filters;
    this.#broker = broker;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  wants(topic: string): boolean {
    return this.#filters.includes(topic);
  }

  start(): void {
    this.#broker.retry();
  }

  publish(topic: string, text: string): boolean {
    if (this.#connected) this.#broker.publish(topic, text);
    return this.#connected;
  }

  close(): Promise<void> {
    this.#connected = false;
    this.#broker.closed();
    return Promise.resolve();
  }

  tryConnect(reachable: boolean): void {
    if (this.#connected) return;
    if (!reachable) {
      this.#broker.retry();
      return;
    }
    this.#connected = true;
    this.#options.connected();
  }

  drop(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#options.disconnected('the line was cut', RECONNECT_AFTER_MS);
    this.#broker.retry();
  }

  deliver(topic: string, payload: Buffer): void {
    if (!this.#connected) return;
    void this.#options.message({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false });
  }
}
