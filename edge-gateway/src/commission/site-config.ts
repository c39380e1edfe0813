import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ShelfwireError } from '@shelfwire/contract';
import { z } from 'zod';

import type { GatewayEvents } from '../events.ts';
import {
  checkGatewayFile,
  deviceSchema,
  parseGatewayFile,
  type DeviceSettings,
  type GatewayFile,
} from '../gateway-file.ts';
import { calibrationSchema, settingsOf, type Calibration } from '../normalize/settings.ts';
import type { AppliedConfig } from './applied-config.ts';
import { JsonFile } from './json-file.ts';

const commissionedSchema = z.strictObject({
  devices: z.array(deviceSchema).default([]),
  calibrations: z
    .array(z.strictObject({ deviceId: z.string(), sensorId: z.string().optional(), calibration: calibrationSchema }))
    .default([]),
});
type Commissioned = z.infer<typeof commissionedSchema>;

const centralSchema = z.strictObject({ version: z.int().min(1).optional(), devices: z.array(deviceSchema).optional() });

/**
 * The device list in force, from three places:
 * - `gateway.yaml`, read again whenever it changes; or, once the centre has sent a list, that list (kept in
 *   `central-config.json`, so that it holds through a restart without uplink);
 * - devices approved at the gateway (`commissioned.json`), unless the first has one of the same id;
 * - calibrations made at the gateway (the same file), unless the first has one with a higher version.
 * What does not pass the check is reported and changes nothing: the last good list stays.
 */
export class SiteConfig {
  readonly #path: string;
  readonly #own: GatewayFile;
  readonly #commissioned: JsonFile<Commissioned>;
  readonly #central: JsonFile<z.infer<typeof centralSchema>>;
  readonly #events: GatewayEvents;
  readonly #apply: SiteConfigOptions['apply'];
  #inFile: Pick<GatewayFile, 'devices' | 'version'>;
  #fileMark: string | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    options: SiteConfigOptions,
    files: { commissioned: JsonFile<Commissioned>; central: JsonFile<z.infer<typeof centralSchema>> },
  ) {
    this.#path = options.path;
    this.#own = options.file;
    this.#inFile = options.file;
    this.#events = options.events;
    this.#apply = options.apply;
    this.#commissioned = files.commissioned;
    this.#central = files.central;
  }

  /** Applies what is there. */
  static async open(options: SiteConfigOptions): Promise<SiteConfig> {
    const commissioned = await JsonFile.open(join(options.dataFolder, 'commissioned.json'), commissionedSchema);
    const central = await JsonFile.open(join(options.dataFolder, 'central-config.json'), centralSchema);
    const config = new SiteConfig(options, { commissioned, central });
    config.#fileMark = await markOf(options.path);
    await config.#applyDevices();
    return config;
  }

  get applied(): AppliedConfig {
    const { version } = this.#central.content;
    return version === undefined ? { source: 'file', version: this.#inFile.version } : { source: 'centre', version };
  }

  get devices(): DeviceSettings[] {
    const { devices: central } = this.#central.content;
    const { devices: approved, calibrations } = this.#commissioned.content;
    const listed = central ?? this.#inFile.devices;
    const ids = new Set(listed.map(({ deviceId }) => deviceId));
    const all = [...listed, ...approved.filter(({ deviceId }) => !ids.has(deviceId))];
    return all.map((device) =>
      calibrations
        .filter(({ deviceId }) => deviceId === device.deviceId)
        .reduce((result, { sensorId, calibration }) => withCalibration(result, sensorId, calibration), device),
    );
  }

  /** Looks whether gateway.yaml has changed. Call it now and then. */
  reloadIfChanged(): Promise<void> {
    return this.#oneAtATime(async () => {
      const mark = await markOf(this.#path);
      if (mark === undefined || mark === this.#fileMark) return;
      this.#fileMark = mark;
      const file = await this.#readFileAgain();
      if (!file) return;
      this.#inFile = file;
      await this.#applyDevices();
    });
  }

  /** @returns undefined, and reports why, if it cannot be used */
  async #readFileAgain(): Promise<GatewayFile | undefined> {
    try {
      const file = parseGatewayFile(await readFile(this.#path, 'utf8'), this.#path);
      for (const key of ['tenantId', 'siteId', 'gatewayId'] as const) {
        if (file[key] === this.#own[key]) continue;
        throw new ShelfwireError('CONFIG_INVALID', `${this.#path}: ${key} changes only with a restart`);
      }
      return file;
    } catch (error) {
      this.#events.configRefused(this.#path, error instanceof Error ? error.message : 'it cannot be read');
      return undefined;
    }
  }

  takeCentral(version: number, devices: readonly DeviceSettings[]): Promise<void> {
    return this.#oneAtATime(async () => {
      if (version === this.#central.content.version) return;
      try {
        await this.#central.write({ version, devices: [...devices] });
      } catch (error) {
        if (!(error instanceof ShelfwireError)) throw error;
        // It stays retained at the centre and comes again with the next connection.
        this.#events.configRefused('the centre', error.message);
        return;
      }
      await this.#applyDevices();
    });
  }

  /** @throws ShelfwireError CONFIG_INVALID with every problem */
  approve(device: unknown): Promise<DeviceSettings> {
    return this.#oneAtATime(async () => {
      const { tenantId, siteId, gatewayId } = this.#own;
      const others = this.devices;
      // Checked as part of the whole list: its id and login must not be another's.
      const checked = checkGatewayFile({ tenantId, siteId, gatewayId, devices: [...others, device] }, 'the device');
      const approved = checked.devices.at(-1);
      if (!approved) throw new RangeError('no device');
      const { devices, calibrations } = this.#commissioned.content;
      await this.#commissioned.write({ devices: [...devices, approved], calibrations });
      await this.#applyDevices();
      return approved;
    });
  }

  /** @returns false if the device was not approved here (those of gateway.yaml are removed there) */
  remove(deviceId: string): Promise<boolean> {
    return this.#oneAtATime(async () => {
      const { devices, calibrations } = this.#commissioned.content;
      const left = devices.filter((device) => device.deviceId !== deviceId);
      if (left.length === devices.length) return false;
      await this.#commissioned.write({ devices: left, calibrations });
      await this.#applyDevices();
      return true;
    });
  }

  calibrate(deviceId: string, sensorId: string | undefined, calibration: Calibration): Promise<void> {
    return this.#oneAtATime(async () => {
      const { devices, calibrations } = this.#commissioned.content;
      const others = calibrations.filter((each) => each.deviceId !== deviceId || each.sensorId !== sensorId);
      const made = { deviceId, ...(sensorId === undefined ? {} : { sensorId }), calibration };
      await this.#commissioned.write({ devices, calibrations: [...others, made] });
      await this.#applyDevices();
    });
  }

  calibrationOf(deviceId: string, sensorId: string | undefined): Calibration | undefined {
    const device = this.devices.find((each) => each.deviceId === deviceId);
    return device && settingsOf(device.sensors, sensorId).calibration;
  }

  #applyDevices(): Promise<void> {
    return this.#apply(this.devices, this.applied);
  }

  #oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

export interface SiteConfigOptions {
  /** Of gateway.yaml. */
  path: string;
  file: GatewayFile;
  dataFolder: string;
  events: GatewayEvents;
  /** Applies the difference to what was in force. */
  apply: (devices: readonly DeviceSettings[], applied: AppliedConfig) => Promise<void>;
}

function withCalibration(
  device: DeviceSettings,
  sensorId: string | undefined,
  calibration: Calibration,
): DeviceSettings {
  const entry = settingsOf(device.sensors, sensorId);
  if ((entry.calibration?.version ?? -1) > calibration.version) return device;
  const { sensorId: _any, ...settings } = entry;
  const changed = { ...settings, ...(sensorId === undefined ? {} : { sensorId }), calibration };
  return { ...device, sensors: [changed, ...device.sensors.filter((each) => each.sensorId !== sensorId)] };
}

/** Changes when the file does. */
async function markOf(path: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return undefined; // being replaced, or gone: what was read stays in force
  }
}
