import type { Client } from 'aedes';

import type { Frame } from '../decode/decoder.ts';
import { Secret } from '../devices/secret.ts';
import { TopicRouter } from '../devices/topic-router.ts';
import type { Login, SiteDevices } from '../devices/site-devices.ts';
import type { GatewayEvents, RefusalReason } from '../events.ts';
import { certificateName } from './listener.ts';
import { LoginMeter } from './login-meter.ts';

export interface Enrolment {
  /** True if the password is an enrolment token that this user name may use, and there is room for one more. */
  admits(username: string, password: string, clientId: string): Promise<boolean>;
  /** What a device said that waits for approval. */
  heard(username: string, frame: Frame & { topic: string }): void;
}

/** Who is connected as whom. */
export class Sessions {
  readonly #devices: SiteDevices;
  readonly #events: GatewayEvents;
  readonly #steadyNow: () => number;
  readonly #logins = new WeakMap<Client, Login>();
  readonly #enrolment: Enrolment | undefined;
  readonly #enrolling = new WeakMap<Client, Login>();
  readonly #meters = new Map<string, LoginMeter>();
  #metersForgotten = 0;

  constructor(options: {
    devices: SiteDevices;
    events: GatewayEvents;
    steadyNow: () => number;
    enrolment?: Enrolment | undefined;
  }) {
    this.#enrolment = options.enrolment;
    this.#devices = options.devices;
    this.#events = options.events;
    this.#steadyNow = options.steadyNow;
  }

  /** @returns why the connection is refused, or undefined when it is signed in */
  async signIn(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<string | undefined> {
    const provenName = certificateName(client.conn);
    const byCertificate = provenName === undefined ? undefined : this.#devices.loginOfCertificate(provenName);
    const login = byCertificate ?? (username === undefined ? undefined : this.#devices.login(username));
    if (!login) return this.#enrol(client, username, password?.toString());
    if (!this.meterOf(login).mayConnect(this.#steadyNow())) {
      return this.#refuse('rate-limit', username, 'too many connections');
    }
    if (!byCertificate && !(await login.secret.matches(password?.toString() ?? ''))) {
      return this.#refuse('wrong-password', username, 'wrong password');
    }
    this.#logins.set(client, login);
    return undefined;
  }

  /** The login of a signed-in client as it is configured now; undefined once it was taken away or its secret changed. */
  loginOf(client: Client): Login | undefined {
    const signedIn = this.#logins.get(client);
    const current = signedIn && this.#devices.login(signedIn.username);
    return current?.secret === signedIn?.secret ? current : undefined;
  }

  /** The name under which a client waits for approval; undefined once that name is a device's. */
  enrollingAs(client: Client): Login | undefined {
    const waiting = this.#enrolling.get(client);
    return waiting && !this.#devices.login(waiting.username) ? waiting : undefined;
  }

  heardWhileEnrolling(waiting: Login, frame: Frame & { topic: string }): void {
    this.#enrolment?.heard(waiting.username, frame);
  }

  /** One meter per login, however often it connects. */
  meterOf(login: Login): LoginMeter {
    let meter = this.#meters.get(login.username);
    if (!meter) {
      const limits = login.devices.find(({ settings }) => settings.limits)?.settings.limits;
      meter = new LoginMeter(limits, login.devices.length, this.#steadyNow());
      this.#meters.set(login.username, meter);
    }
    return meter;
  }

  /** Grows when another login, device or meter may be in force for a client than before. */
  get revision(): number {
    return this.#devices.revision + this.#metersForgotten;
  }

  /** Meters are made anew with the limits in force. */
  forgetMeters(): void {
    this.#metersForgotten += 1;
    this.#meters.clear();
  }

  async #enrol(client: Client, username = '', password = ''): Promise<string | undefined> {
    const waiting: Login = { username, secret: new Secret({ password }), devices: [], topics: new TopicRouter([]) };
    const named = /^[A-Za-z0-9._:-]{1,64}$/.test(username);
    if (!named || password === '' || !(await this.#enrolment?.admits(username, password, client.id))) {
      return this.#refuse('unknown-login', username, 'unknown user name');
    }
    this.#enrolling.set(client, waiting);
    return undefined;
  }

  #refuse(reason: RefusalReason, username: string | undefined, message: string): string {
    this.#events.refused(reason, { username });
    return message;
  }
}
