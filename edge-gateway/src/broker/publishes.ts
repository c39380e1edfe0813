import { setTimeout as delay } from 'node:timers/promises';

import type { Client, PublishPacket } from 'aedes';

import type { Reply } from '../decode/decoder.ts';
import type { GatewayEvents } from '../events.ts';
import type { Device } from '../devices/device.ts';
import type { Login } from '../devices/site-devices.ts';
import type { FrameSettled, Pipeline } from '../pipeline.ts';
import type { PublishTaker } from './device-connection.ts';
import type { LoginMeter } from './login-meter.ts';
import type { DevicePublish } from './publish-packet.ts';
import type { Sessions } from './sessions.ts';

export interface PublishesOptions {
  sessions: Sessions;
  pipeline: Pipeline;
  events: GatewayEvents;
  now: () => number;
  steadyNow: () => number;
  answer: (reply: Reply) => void;
}

type Message = Pick<DevicePublish, 'topic' | 'payload'>;

/** What devices publish: whose it is, whether it may come now, and on to the pipeline. */
export class Publishes {
  readonly #options: PublishesOptions;

  constructor(options: PublishesOptions) {
    this.#options = options;
  }

  /** For messages that do not pass through Aedes. */
  takerFor(client: Client): PublishTaker {
    return new ClientPublishes(client, this.#options);
  }

  /**
   * For those that Aedes brings, wills and QoS 2.
   * @returns an error to cut the connection without an answer, so that the device sends again
   */
  async authorize(client: Client | null, packet: PublishPacket): Promise<Error | null> {
    packet.retain = false; // nobody reads it, and it would stay in memory for ever
    if (!client) return new Error('not signed in');
    const publishes = new ClientPublishes(client, this.#options);
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const message = { topic: packet.topic, payload };
    if (!publishes.isSignedIn) return new Error('not signed in');
    const delayMs = publishes.delayMs(message);
    if (delayMs === undefined) return new Error('too fast');
    if (delayMs > 0) await delay(delayMs);
    const settled = new Promise<boolean>((resolve) => {
      publishes.take(message, (kept, reply) => {
        if (kept && reply) this.#options.answer(reply);
        resolve(kept);
      });
    });
    if (packet.qos === 0) return null;
    return (await settled) ? null : new Error('not kept, send it again');
  }
}

/**
 * The messages of one connection. Who the client is, which meter it has and whose its topic is are looked up once and hold
 * until the device list changes.
 */
class ClientPublishes implements PublishTaker {
  readonly #client: Client;
  readonly #options: PublishesOptions;
  #revision = -1;
  /** Waits for approval under this name. */
  #waiting: Login | undefined;
  #login: Login | undefined;
  #meter: LoginMeter | undefined;
  #topic: string | undefined;
  #device: Device | undefined;

  constructor(client: Client, options: PublishesOptions) {
    this.#client = client;
    this.#options = options;
  }

  get isSignedIn(): boolean {
    this.#lookUp();
    return this.#meter !== undefined;
  }

  delayMs({ payload }: Message): number | undefined {
    this.#lookUp();
    if (!this.#meter) return undefined;
    const { events, steadyNow } = this.#options;
    const delayMs = this.#meter.delayMs(payload.length, steadyNow());
    if (delayMs !== 0) events.refused('rate-limit', { username: (this.#waiting ?? this.#login)?.username, delayMs });
    return delayMs;
  }

  take({ topic, payload }: Message, settled: FrameSettled): void {
    this.#lookUp();
    const { sessions, pipeline, events, now } = this.#options;
    const frame = { payload, topic, receivedAtMs: now() };
    if (this.#waiting) {
      sessions.heardWhileEnrolling(this.#waiting, frame);
      settled(true);
    } else if (!this.#login) settled(false);
    else {
      const device = this.#deviceFor(this.#login, topic);
      if (device) pipeline.take(device, frame, 'mqtt', settled);
      else {
        // Acknowledged, as MQTT 3.1.1 (3.3.5) allows: vendors publish more topics than we want, and cutting the connection
        // would make the device send the same message for ever.
        events.refused('foreign-topic', { username: this.#login.username, topic });
        settled(true);
      }
    }
  }

  answer(reply: Reply): void {
    this.#options.answer(reply);
  }

  #lookUp(): void {
    const { sessions } = this.#options;
    if (this.#revision === sessions.revision) return;
    this.#revision = sessions.revision;
    this.#waiting = sessions.enrollingAs(this.#client);
    this.#login = sessions.loginOf(this.#client);
    const login = this.#waiting ?? this.#login;
    this.#meter = login && sessions.meterOf(login);
    this.#topic = undefined;
  }

  #deviceFor(login: Login, topic: string): Device | undefined {
    if (topic !== this.#topic) {
      this.#device = login.topics.deviceFor(topic);
      this.#topic = topic;
    }
    return this.#device;
  }
}
