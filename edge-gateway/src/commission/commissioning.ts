import { join } from 'node:path';

import type { FastifyInstance } from 'fastify';

import type { Enrolment } from '../broker/sessions.ts';
import type { Sample } from '../decode/sample.ts';
import type { GatewayClock } from '../gateway-clock.ts';
import { enrolmentFileSchema, EnrolmentTokens } from './enrolment.ts';
import { JsonFile } from './json-file.ts';
import { PendingDevices } from './pending-devices.ts';
import type { QuarantineParts } from './quarantine-routes.ts';
import { RawValues } from './raw-values.ts';
import { registerCommissionRoutes } from './routes.ts';
import type { SiteConfig } from './site-config.ts';
import { UnclaimedTopics } from './unclaimed-topics.ts';

/** Everything about getting a new device from its box to readings that can be trusted. */
export class Commissioning {
  readonly #clock: GatewayClock;
  readonly #tokens: EnrolmentTokens;
  readonly #pending = new PendingDevices();
  readonly #rawValues = new RawValues();
  /** Fed by the client of a broker of the site's own, which has no logins of ours. */
  readonly unclaimed = new UnclaimedTopics();

  private constructor(clock: GatewayClock, tokens: EnrolmentTokens) {
    this.#clock = clock;
    this.#tokens = tokens;
  }

  static async open(options: { dataFolder: string; clock: GatewayClock }): Promise<Commissioning> {
    const file = await JsonFile.open(join(options.dataFolder, 'enrolment.json'), enrolmentFileSchema);
    return new Commissioning(options.clock, new EnrolmentTokens(file));
  }

  readonly enrolment: Enrolment = {
    admits: async (username, password, clientId) => {
      const nowMs = this.#clock.now();
      if (!(await this.#tokens.use(password, username, nowMs))) return false;
      return this.#pending.signedIn(username, clientId, password, nowMs);
    },
    heard: (username, frame) => this.#pending.heard(username, frame),
  };

  readonly observe = (deviceId: string, samples: readonly Sample[], receivedAtMs: number): void => {
    this.#rawValues.note(deviceId, samples, receivedAtMs);
  };

  registerRoutes(
    server: FastifyInstance,
    parts: { config: SiteConfig; quarantine: QuarantineParts; apiToken: string },
  ): void {
    registerCommissionRoutes(server, {
      ...parts,
      tokens: this.#tokens,
      pending: this.#pending,
      unclaimed: this.unclaimed,
      rawValues: this.#rawValues,
      now: () => this.#clock.now(),
      steadyNow: () => this.#clock.steadyNow(),
    });
  }
}
