import type { DeviceSettings } from '../gateway-file.ts';
import { createDevice, type Device } from './device.ts';
import { Secret } from './secret.ts';
import { TopicRouter } from './topic-router.ts';

/** What one MQTT user name may do: the devices behind it. A bridge (zigbee2mqtt, ChirpStack) has many. */
export interface Login {
  readonly username: string;
  readonly secret: Secret;
  readonly devices: readonly Device[];
  /** The devices of this login by the topics they may publish on. */
  readonly topics: TopicRouter;
}

export interface DeviceChanges {
  added: readonly Device[];
  changed: readonly Device[];
  removed: readonly Device[];
}

/** The device list in force. Taking a new one keeps what did not change, with its decoder's state. */
export class SiteDevices {
  #byId = new Map<string, Device>();
  #logins = new Map<string, Login>();
  #topics = new TopicRouter([]);
  #certificates = new Map<string, Device>();
  #revision = 0;

  constructor(settings: readonly DeviceSettings[]) {
    this.configure(settings);
  }

  /** Another one with each list that is taken: what was looked up before is of use while it stays. */
  get revision(): number {
    return this.#revision;
  }

  get all(): readonly Device[] {
    return [...this.#byId.values()];
  }

  /** The devices of the site by topic, whatever their login. */
  get topics(): TopicRouter {
    return this.#topics;
  }

  byId(deviceId: string): Device | undefined {
    return this.#byId.get(deviceId);
  }

  login(username: string): Login | undefined {
    return this.#logins.get(username);
  }

  /** The login that a certificate with this common name stands for. */
  loginOfCertificate(commonName: string): Login | undefined {
    const device = this.#certificates.get(commonName);
    return device?.settings.login && this.#logins.get(device.settings.login.username);
  }

  configure(settings: readonly DeviceSettings[]): DeviceChanges {
    this.#revision += 1;
    const before = this.#byId;
    const changes = { added: [] as Device[], changed: [] as Device[], removed: [] as Device[] };
    const after = new Map<string, Device>();
    for (const wanted of settings) {
      const known = before.get(wanted.deviceId);
      const same = known !== undefined && JSON.stringify(known.settings) === JSON.stringify(wanted);
      const device = same ? known : createDevice(wanted);
      if (!known) changes.added.push(device);
      else if (!same) changes.changed.push(device);
      after.set(wanted.deviceId, device);
    }
    for (const device of before.values()) if (!after.has(device.settings.deviceId)) changes.removed.push(device);
    this.#byId = after;
    this.#topics = new TopicRouter(after.values());
    this.#logins = loginsOf(after.values(), this.#logins);
    this.#certificates = new Map(
      [...after.values()].flatMap((device) => {
        const name = device.settings.login?.certificateName;
        return name === undefined ? [] : [[name, device] as const];
      }),
    );
    return changes;
  }
}

function loginsOf(devices: Iterable<Device>, before: ReadonlyMap<string, Login>): Map<string, Login> {
  const withLogin = [...devices].filter(({ settings }) => settings.login !== undefined);
  const perUsername = Map.groupBy(withLogin, ({ settings }) => settings.login?.username ?? '');
  return new Map(
    [...perUsername].map(([username, own]) => {
      const settings = own[0]?.settings.login ?? {};
      const old = before.get(username)?.secret;
      const secret = old?.isOf(settings) ? old : new Secret(settings);
      return [username, { username, secret, devices: own, topics: new TopicRouter(own) }];
    }),
  );
}
