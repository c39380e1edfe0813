import type { Client } from 'aedes';

import type { Login, SiteDevices } from '../devices/site-devices.ts';
import type { GatewayEvents, RefusalReason } from '../events.ts';
import { certificateName } from './listener.ts';
import { LoginMeter } from './login-meter.ts';

/** Who is connected as whom. */
export class Sessions {
  readonly #devices: SiteDevices;
  readonly #events: GatewayEvents;
  readonly #steadyNow: () => number;
  readonly #logins = new WeakMap<Client, Login>();
  readonly #meters = new Map<string, LoginMeter>();

  constructor(options: { devices: SiteDevices; events: GatewayEvents; steadyNow: () => number }) {
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
    if (!login) return this.#refuse('unknown-login', username, 'unknown user name');
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

  /** One meter per login, however often it connects. */
  meterOf(login: Login): LoginMeter {
    let meter = this.#meters.get(login.username);
    if (!meter) {
      const limits = login.devices.find(({ settings }) => settings.limits)?.settings.limits;
      meter = new LoginMeter(limits, this.#steadyNow());
      this.#meters.set(login.username, meter);
    }
    return meter;
  }

  /** Meters are made anew with the limits in force. */
  forgetMeters(): void {
    this.#meters.clear();
  }

  #refuse(reason: RefusalReason, username: string | undefined, message: string): string {
    this.#events.refused(reason, { username });
    return message;
  }
}
