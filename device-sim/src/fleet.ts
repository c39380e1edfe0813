import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';

import { Device } from './device.ts';
import { encodeEsphomeWeight } from './encode/esphome.ts';
import { encodeImpinjTagInventory } from './encode/impinj-r700.ts';
import { encodeTasmotaWeight } from './encode/tasmota.ts';
import type { DeviceSettings } from './fleet-file.ts';
import type { TruthFile } from './truth.ts';
import type { Delivery, World, WorldEvent } from './world/world.ts';

const TICK_MS = 50;
const CLOSE_GRACE_MS = 2_000;
/** After a longer standstill (a laptop's lid) the world goes on from where it was and does not rush after the clock. */
const STANDSTILL_MS = 5_000;

interface FleetParts {
  world: World;
  devices: readonly DeviceSettings[];
  mqttUrl: string;
  speed: number;
  truth: TruthFile;
  metrics: ServiceMetrics;
  logger: Logger;
  /** Called after bins changed, before the sensors' messages go out. */
  keep: () => void;
}

/** Drives the world by the clock on the wall, and lets its devices say what they see. */
export class FleetDriver {
  readonly #parts: FleetParts;
  readonly #devices = new Map<string, { settings: DeviceSettings; device: Device }>();
  #timer: NodeJS.Timeout | undefined;
  #lastTickAtMs = 0;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    const { mqttUrl: url, truth, metrics } = parts;
    for (const settings of parts.devices) {
      const { deviceId, login } = settings;
      this.#devices.set(deviceId, { settings, device: new Device({ deviceId, url, login, truth, metrics }) });
    }
  }

  get connectedCount(): number {
    return [...this.#devices.values()].filter(({ device }) => device.connected).length;
  }

  start(): void {
    for (const { device } of this.#devices.values()) device.connect();
    this.#lastTickAtMs = Date.now();
    this.#timer = setInterval(() => this.#tick(Date.now()), TICK_MS);
  }

  deliver(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) this.#handle(this.#parts.world.deliver(delivery), Date.now());
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#devices.values()].map(({ device }) => device.close(CLOSE_GRACE_MS)));
  }

  #tick(nowMs: number): void {
    const elapsedMs = Math.max(0, Math.min(nowMs - this.#lastTickAtMs, STANDSTILL_MS));
    this.#lastTickAtMs = nowMs;
    const { world, speed, metrics } = this.#parts;
    this.#handle(world.advanceTo(world.atMs + elapsedMs * speed), nowMs);
    let pending = 0;
    for (const { device } of this.#devices.values()) pending += device.pendingCount;
    metrics.gauge('shelfwire_sim_messages_pending').set(pending);
  }

  #handle(events: readonly WorldEvent[], wallAtMs: number): void {
    // The bins are kept before anybody hears of the change: a killed simulator never forgets a take it has told of.
    if (events.some((event) => event.type === 'take' || event.type === 'refill')) this.#parts.keep();
    for (const event of events) {
      switch (event.type) {
        case 'weighed':
          this.#publishWeight(event.deviceId, event.grams, event.piecesTrue, wallAtMs);
          break;
        case 'tag-read':
          this.#publishTag(event, wallAtMs);
          break;
        case 'misdelivery':
          this.#parts.logger.warn({ partNumber: event.partNumber }, 'goods came for which there is no bin');
          this.#parts.truth.write({ wallAtMs, ...event });
          break;
        default:
          this.#parts.logger.debug(event, 'the simulated world changed');
          this.#parts.truth.write({ wallAtMs, ...event });
      }
    }
  }

  #publishWeight(deviceId: string, grams: number, piecesTrue: number, wallAtMs: number): void {
    const entry = this.#devices.get(deviceId);
    if (!entry) return;
    const { settings, device } = entry;
    if (settings.kind === 'tasmota') {
      const topic = settings.topic ?? `tele/${deviceId}/SENSOR`;
      device.publish(topic, encodeTasmotaWeight(grams, wallAtMs), piecesTrue);
    } else if (settings.kind === 'esphome') {
      const topic = `${settings.topicPrefix ?? deviceId}/sensor/${settings.sensorName}/state`;
      device.publish(topic, encodeEsphomeWeight(grams, settings.unit), piecesTrue);
    }
  }

  #publishTag(event: Extract<WorldEvent, { type: 'tag-read' }>, wallAtMs: number): void {
    const entry = this.#devices.get(event.deviceId);
    if (entry?.settings.kind !== 'impinj-r700') return;
    const { antennaPort, topic = `impinj/${event.deviceId}/events` } = entry.settings;
    const read = { epcHex: event.epcHex, antennaPort, rssiDbm: event.rssiDbm, atMs: wallAtMs };
    entry.device.publish(topic, encodeImpinjTagInventory(read, event.deviceId));
  }
}
