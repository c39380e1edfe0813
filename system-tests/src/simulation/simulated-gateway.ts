import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Reading, SiteAddress } from '@shelfwire/contract';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';
import {
  checkGatewayFile,
  createSiteNormalizer,
  GatewayClock,
  GatewayEvents,
  GatewayOutbox,
  Pipeline,
  Quarantine,
  SimulatedDisk,
  SiteDevices,
  Uplink,
  type CentralLink,
} from '@shelfwire/edge-gateway/parts';
import type { SeededRandom } from '@shelfwire/test-servers';

import type { SimulatedBroker } from './central-broker.ts';
import { ProcessCounters } from './counters.ts';
import { Life } from './life.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface GatewayOptions {
  time: VirtualTime;
  random: SeededRandom;
  broker: SimulatedBroker;
  site: SiteAddress;
  gatewayId: string;
  devices: readonly unknown[];
  /** A real folder for what is no outbox; the outbox lies on simulated disks, whose power can be cut. */
  folder: string;
  /** Durable: what the device is told is safe. */
  durable: (readings: readonly Reading[]) => void;
}

interface Running {
  life: Life;
  pipeline: Pipeline;
  outbox: GatewayOutbox;
  uplink: Uplink;
  link: CentralLink;
  devices: SiteDevices;
  events: GatewayEvents;
  clock: GatewayClock;
}

const MINUTE_MS = 60_000;
/** While nothing comes in. Twenty times the beat of before (TICK_AFTER_SAMPLE_MS) would be taken for a step of the clock. */
const IDLE_TICK_MS = 2 * MINUTE_MS;
/** After a sample, since filters wait for the value to last: behind the longest pause after which a scale's last word is its weight: one and a half times `isolatedAfterMs`. */
export const TICK_AFTER_SAMPLE_MS = 8_000;
/** While nothing is new: only repeats are due then. The real one asks four times a second and repeats each minute. */
export const IDLE_STEP_MS = 5 * MINUTE_MS;
export const RESEND_AFTER_MS_MAX = 4 * IDLE_STEP_MS;
const UPLINK_LINGER_MS = 20;
const LIMITS = {
  segmentBytesMax: 8_192, // some hours' worth, so that segments go and are given up
  sizeBytesMax: 1e9,
  readingsMax: 1e7,
  freeDiskBytesMin: 0,
  waitingReadingsMax: 1e6,
};

/** The stages of the real gateway on a simulated disk, a simulated line and virtual time. */
export class SimulatedGateway {
  readonly counts = { crashes: 0, thinned: 0, unreadable: 0, appended: 0 };
  readonly counters = new ProcessCounters();
  /** What a device was told is safe while the disk had not taken it. */
  readonly brokenWords: string[] = [];
  /** Not on the disk yet, or refused by it. */
  readonly #unsafe = new Set<Reading>();
  /** When it last wrote readings to its disk. */
  appendedAtMs = 0;
  /** The end of each outbox that was sealed, since it is removed when all of it is confirmed. */
  readonly #sealed = new Map<string, number>();
  /** What its wall clock is wrong by. */
  #wallOffsetMs = 0;
  /** When it was wrong, and when something was last told before; the last has no end yet. */
  readonly #wrong: { toldAtMs: number; toMs: number }[] = [];
  readonly #options: GatewayOptions;
  readonly #disks = new Map<string, SimulatedDisk>();
  #writesUntilCrash = Infinity;
  #running: Running | undefined;
  #bootedAtMs = 0;
  #stepPlanned = false;
  #tickPlanned = false;
  #tickDueAtMs = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    options.time.every(IDLE_TICK_MS, () => this.#tick());
    options.time.every(IDLE_STEP_MS, () => this.#step());
  }

  /**
   * What is dated `atMs` may have been said until then: while its clock is set back, a gateway gives the time of the last
   * word before, and if the clock goes wrong again before the next word, of that one still.
   */
  saidUntilMs(atMs: number): number {
    let untilMs = atMs;
    for (const { toldAtMs, toMs } of this.#wrong) {
      if (toldAtMs <= untilMs + TICK_AFTER_SAMPLE_MS && toMs > untilMs) untilMs = toMs;
    }
    return untilMs;
  }

  setClock(offsetMs: number): void {
    const { nowMs } = this.#options.time;
    const last = this.#wrong.at(-1);
    if (last && this.#wallOffsetMs !== 0) last.toMs = nowMs;
    if (offsetMs !== 0) this.#wrong.push({ toldAtMs: this.appendedAtMs, toMs: Infinity });
    this.#wallOffsetMs = offsetMs;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get queuedReadings(): number {
    return this.#running?.outbox.queuedReadings ?? 0;
  }

  /** Sequences given out by all its outboxes: so many readings went to the disk. */
  get sequences(): number {
    const lasts = new Map(this.#sealed);
    for (const { outboxId, lastSequence } of this.#running?.outbox.outboxes ?? []) lasts.set(outboxId, lastSequence);
    return [...lasts.values()].reduce((sum, last) => sum + last, 0);
  }

  async start(): Promise<void> {
    const { time, site, gatewayId, broker, random } = this.#options;
    this.#bootedAtMs = time.nowMs;
    const life = new Life();
    const clock = new GatewayClock({
      wallNow: () => time.nowMs + this.#wallOffsetMs,
      steadyNow: () => time.nowMs - this.#bootedAtMs,
    });
    const metrics = new ServiceMetrics({ collectDefaults: false });
    this.counters.begin(metrics);
    const events = new GatewayEvents(createLogger('simulation', { level: 'silent' }), metrics);
    const outbox = await this.#openOutbox(life, events);
    clock.notBefore(await outbox.newestReceivedAtMs());
    let link: CentralLink | undefined;
    const uplink = new Uplink({
      site,
      gatewayId,
      outbox,
      events,
      link: { url: 'simulated' },
      plan: {
        windowReadings: 20_000,
        backlogWindowReadings: 20_000,
        resendAfterMs: IDLE_STEP_MS,
        resendAfterMsMax: RESEND_AFTER_MS_MAX,
        random: () => random.next(),
      },
      historyReadingsPerSecond: 2_000,
      statusText: (online) => JSON.stringify({ schema: 'gateway-status/1', gatewayId, online, atMs: clock.now() }),
      configMessage: () => undefined,
      now: () => clock.now(),
      steadyNow: () => clock.steadyNow(),
      connect: (options, filters) => {
        const connected = (): void => {
          options.connected();
          this.#planStep();
        };
        return (link = broker.connect({ ...options, connected }, filters));
      },
    });
    if (!link) throw new Error('the uplink did not ask for a connection');
    const file = checkGatewayFile({ ...site, gatewayId, devices: this.#options.devices }, 'simulation');
    const pipeline = new Pipeline({
      normalizer: createSiteNormalizer(file.devices),
      quarantine: new Quarantine({ folder: this.#options.folder, sizeBytesMax: 10_000_000 }),
      events,
      smallGroupEveryMs: 0,
      append: async (readings) => {
        for (const reading of readings) this.#unsafe.add(reading);
        await outbox.append(readings);
        await life.pass();
        for (const reading of readings) this.#unsafe.delete(reading);
        this.counts.appended += readings.length;
        this.appendedAtMs = time.nowMs;
        this.#options.durable(readings);
        this.#planStep();
      },
    });
    this.#running = { life, pipeline, outbox, uplink, link, devices: new SiteDevices(file.devices), events, clock };
    link.start();
  }

  /** @returns true for a PUBACK */
  async receive(deviceId: string, topic: string, payload: Buffer): Promise<boolean> {
    const running = this.#running;
    const device = running?.devices.byId(deviceId);
    if (!running || !device) return false;
    const receivedAtMs = running.clock.now();
    this.#planTick();
    const received = await running.life.during(() =>
      running.pipeline.receive(device, { payload, topic, receivedAtMs }, 'mqtt'),
    );
    for (const reading of received?.kept ? this.#unsafe : []) {
      if (reading.deviceId === deviceId) this.brokenWords.push(`${deviceId}, of ${reading.receivedAtMs}`);
    }
    return received?.kept ?? false;
  }

  /** The power goes: now, or in the middle of the n-th write from now. */
  cutPower(afterWrites = 0): void {
    if (afterWrites > 0) this.#writesUntilCrash = afterWrites;
    else this.#crash();
  }

  /** Leaves room for so many bytes more; Infinity for as many as it wants. */
  limitDisk(bytes: number): void {
    for (const disk of this.#disks.values()) disk.capacityBytes = bytes;
  }

  #crash(): void {
    const running = this.#running;
    this.#writesUntilCrash = Infinity;
    if (!running) return;
    this.#running = undefined;
    this.#unsafe.clear();
    this.counts.crashes += 1;
    running.life.end();
    void running.link.close();
    for (const [folder, disk] of this.#disks) {
      this.#disks.set(
        folder,
        disk.cutPower(() => this.#options.random.next()),
      );
    }
  }

  #openOutbox(life: Life, events: GatewayEvents): Promise<GatewayOutbox> {
    return GatewayOutbox.open(join(this.#options.folder, 'outbox'), {
      limits: LIMITS,
      openDisk: (folder) => {
        mkdirSync(folder, { recursive: true }); // the lane finds its outboxes by their folders
        const disk = this.#disks.get(folder) ?? new SimulatedDisk();
        this.#disks.set(folder, disk);
        return Promise.resolve(crashingDisk(disk, () => this.#beforeWrite(life)));
      },
      events: {
        synced: (seconds, readings) => events.outboxSynced(seconds, readings),
        unreadable: (loss) => {
          this.counts.unreadable += loss.to - loss.from + 1;
          events.outboxUnreadable(loss);
        },
        thinned: (count) => {
          this.counts.thinned += count;
          events.telemetryThinned(count);
        },
        // Appended to the urgent outbox anew, under another identity: this one is gone.
        alarmsMoved: (count) => {
          this.counts.thinned += count;
          events.alarmsMoved(count);
        },
        cut: ({ outboxId, lastSequence }) => this.#sealed.set(outboxId, lastSequence),
      },
    });
  }

  #beforeWrite(life: Life): void {
    this.#writesUntilCrash -= 1;
    if (this.#writesUntilCrash <= 0 && !life.isDead) queueMicrotask(() => this.#crash());
  }

  async #tick(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    await running.life.during(async () => {
      await running.pipeline.tick(running.clock.now());
      await running.outbox.tidy();
    });
  }

  /** The last sample of several is looked at so long after it, too. */
  #planTick(): void {
    const { time } = this.#options;
    this.#tickDueAtMs = time.nowMs + TICK_AFTER_SAMPLE_MS;
    if (this.#tickPlanned) return;
    this.#tickPlanned = true;
    time.after(TICK_AFTER_SAMPLE_MS, async () => {
      this.#tickPlanned = false;
      await this.#tick();
      if (this.#tickDueAtMs > time.nowMs) this.#planTick();
    });
  }

  #planStep(): void {
    if (this.#stepPlanned) return;
    this.#stepPlanned = true;
    this.#options.time.after(UPLINK_LINGER_MS, () => this.#step());
  }

  async #step(): Promise<void> {
    this.#stepPlanned = false;
    const running = this.#running;
    if (!running) return;
    const sent = await running.life.during(() => running.uplink.step());
    if (sent !== undefined && sent > 0) this.#planStep();
  }
}

function crashingDisk(disk: SimulatedDisk, beforeWrite: () => void): Awaited<ReturnType<OpenDisk>> {
  return {
    list: () => disk.list(),
    open: async (name) => {
      const file = await disk.open(name);
      return {
        size: () => file.size(),
        write: (bytes, position) => {
          beforeWrite();
          return file.write(bytes, position);
        },
        sync: () => file.sync(),
        truncate: (size) => file.truncate(size),
        read: (target, position) => file.read(target, position),
        close: () => file.close(),
      };
    },
    replace: (name, text) => {
      beforeWrite();
      return disk.replace(name, text);
    },
    readText: (name) => disk.readText(name),
    remove: (name) => disk.remove(name),
    freeBytes: () => disk.freeBytes(),
  };
}

type OpenDisk = NonNullable<Parameters<typeof GatewayOutbox.open>[1]['openDisk']>;
