import { setTimeout as delay } from 'node:timers/promises';

import type { Client, PublishPacket } from 'aedes';

import type { Reply } from '../decode/decoder.ts';
import type { GatewayEvents } from '../events.ts';
import type { Login } from '../devices/site-devices.ts';
import type { FrameSettled, Pipeline } from '../pipeline.ts';
import type { PublishTaker } from './device-connection.ts';
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
    return {
      delayMs: (message) => {
        const login = this.#loginOf(client);
        return login && this.#delayMs(login, message);
      },
      take: (message, settled) => this.#take(client, message, settled),
      answer: this.#options.answer,
    };
  }

  /**
   * For those that Aedes brings, wills and QoS 2.
   * @returns an error to cut the connection without an answer, so that the device sends again
   */
  async authorize(client: Client | null, packet: PublishPacket): Promise<Error | null> {
    packet.retain = false; // nobody reads it, and it would stay in memory for ever
    const login = client && this.#loginOf(client);
    if (!login) return new Error('not signed in');
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    const message = { topic: packet.topic, payload };
    const delayMs = this.#delayMs(login, message);
    if (delayMs === undefined) return new Error('too fast');
    if (delayMs > 0) await delay(delayMs);
    const settled = new Promise<boolean>((resolve) => {
      this.#take(client, message, (kept, reply) => {
        if (kept && reply) this.#options.answer(reply);
        resolve(kept);
      });
    });
    if (packet.qos === 0) return null;
    return (await settled) ? null : new Error('not kept, send it again');
  }

  #loginOf(client: Client): Login | undefined {
    const { sessions } = this.#options;
    return sessions.enrollingAs(client) ?? sessions.loginOf(client);
  }

  /** @returns undefined if the login is too far ahead of its rate */
  #delayMs(login: Login, { payload }: Message): number | undefined {
    const { sessions, events, steadyNow } = this.#options;
    const delayMs = sessions.meterOf(login).delayMs(payload.length, steadyNow());
    if (delayMs !== 0) events.refused('rate-limit', { username: login.username, delayMs });
    return delayMs;
  }

  #take(client: Client, { topic, payload }: Message, settled: FrameSettled): void {
    const { sessions, pipeline, events, now } = this.#options;
    const frame = { payload, topic, receivedAtMs: now() };
    const waiting = sessions.enrollingAs(client);
    if (waiting) {
      sessions.heardWhileEnrolling(waiting, frame);
      settled(true);
      return;
    }
    const login = sessions.loginOf(client);
    const device = login?.topics.deviceFor(topic);
    if (!login) settled(false);
    else if (device) pipeline.take(device, frame, 'mqtt', settled);
    else {
      // Acknowledged, as MQTT 3.1.1 (3.3.5) allows: vendors publish more topics than we want, and cutting the connection
      // would make the device send the same message for ever.
      events.refused('foreign-topic', { username: login.username, topic });
      settled(true);
    }
  }
}
