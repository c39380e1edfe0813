import { join } from 'node:path';

import {
  createServiceServer,
  serverCertificate,
  ServiceMetrics,
  type Logger,
  type RunningService,
} from '@shelfwire/contract/service';

import { startReceiver, type Receiver } from './broker/receiver.ts';
import { readCentralConfig } from './central-config.ts';
import { Commissioning } from './commission/commissioning.ts';
import type { AppliedConfig } from './commission/applied-config.ts';
import { SiteConfig } from './commission/site-config.ts';
import type { GatewayEnv } from './config.ts';
import { SiteDevices } from './devices/site-devices.ts';
import { GatewayEvents } from './events.ts';
import { GatewayClock } from './gateway-clock.ts';
import type { DeviceSettings, GatewayFile } from './gateway-file.ts';
import type { TlsFiles } from './mqtt-link.ts';
import { createSiteNormalizer } from './normalize/normalizer.ts';
import { AgeBound } from './outbox/age-bound.ts';
import { GatewayOutbox } from './outbox/gateway-outbox.ts';
import { lockFolder } from './folder-lock.ts';
import { Pipeline } from './pipeline.ts';
import { Quarantine } from './quarantine.ts';
import { gatewayStatus, type StatusParts } from './status.ts';
import { SettlingJournal } from './settling-journal.ts';
import { DeviceStreams } from './streams/device-streams.ts';
import { Uplink } from './uplink/uplink.ts';

const VERSION = '0.1.0';
const TICK_MS = 1_000;
/** A scale that is alive has reconnected and spoken by then. */
const LEFT_TAKEN_AFTER_MS = 5_000;
const DAY_MS = 86_400_000;
const SEGMENT_BYTES_MAX = 16_777_216;
const WAITING_READINGS_MAX = 200_000;
const SEND_PLAN = { windowReadings: 20_000, backlogWindowReadings: 20_000, resendAfterMsMax: 60_000 };

export interface RunningGateway extends RunningService {
  /** 0 where there is no such listener. */
  readonly mqttPort: number;
  readonly mqttTlsPort: number;
  readonly httpPort: number;
}

/** Puts the stages of `pipeline.ts` together and starts them, the disk first and the devices last. */
export async function startGateway(env: GatewayEnv, file: GatewayFile, logger: Logger): Promise<RunningGateway> {
  const clock = new GatewayClock({ wallNow: () => Date.now(), steadyNow: () => performance.now() });
  const now = (): number => clock.now();
  const metrics = new ServiceMetrics();
  const events = new GatewayEvents(logger, metrics);
  const dataFolder = env.SHELFWIRE_DATA_DIR;

  const lock = await lockFolder(dataFolder);
  const outbox = await openOutbox(env, events);
  clock.notBefore(await outbox.newestReceivedAtMs());
  const status: StatusParts = { gatewayId: file.gatewayId, version: VERSION, startedAtMs: now(), outbox, events, now };
  const uplink = createUplink({
    env,
    file,
    clock,
    events,
    outbox,
    status,
    configMessage: (payload) => takeConfig(payload),
  });

  const commissioning = await Commissioning.open({ dataFolder, clock });
  const devices = new SiteDevices([]);
  const normalizer = createSiteNormalizer([]);
  const quarantine = new Quarantine({
    folder: join(dataFolder, 'quarantine'),
    sizeBytesMax: env.SHELFWIRE_QUARANTINE_BYTES_MAX,
  });
  const journal = await SettlingJournal.open(dataFolder);
  const pipeline = new Pipeline({
    normalizer,
    journal,
    quarantine,
    events,
    observe: commissioning.observe,
    append: async (readings) => {
      await outbox.append(readings);
      uplink.notify();
    },
  });
  const streams = new DeviceStreams({ pipeline, events, now, random: Math.random });

  const wired: { receiver?: Receiver } = {}; // the receiver starts last, with the devices already known
  const apply = async (wanted: readonly DeviceSettings[], applied: AppliedConfig): Promise<void> => {
    const changes = devices.configure(wanted);
    normalizer.configure(wanted);
    await streams.apply(changes);
    wired.receiver?.applyDevices();
    status.appliedConfig = { ...applied, atMs: now() };
    events.configApplied(applied, changes);
    uplink.publishStatus();
  };
  const config = await SiteConfig.open({ path: env.SHELFWIRE_GATEWAY_CONFIG, file, dataFolder, events, apply });
  const takeConfig = (payload: Buffer): void => {
    const message = readCentralConfig(payload, file);
    if (message.kind === 'refused') events.configRefused('the centre', message.problem);
    if (message.kind === 'usable') void config.takeCentral(message.version, message.file.devices);
  };

  const { enrolment } = commissioning;
  const unclaimed = env.SHELFWIRE_API_TOKEN === undefined ? undefined : commissioning.unclaimed;
  const receiver = await startReceiver({ env, file, devices, pipeline, events, clock, enrolment, unclaimed });
  wired.receiver = receiver;
  uplink.start();
  const readiness = (): string[] => [...receiver.missing(), ...pipeline.missing()];
  const server = createServiceServer({ service: 'edge-gateway', metrics, readiness, tls: serverCertificate(env) });
  const apiToken = env.SHELFWIRE_API_TOKEN;
  if (apiToken !== undefined)
    commissioning.registerRoutes(server, { config, quarantine: { quarantine, devices, pipeline }, apiToken });
  await server.listen({ host: env.SHELFWIRE_HTTP_HOST, port: env.SHELFWIRE_HTTP_PORT });

  const ageBound = new AgeBound({
    ageMsMax: env.SHELFWIRE_OUTBOX_AGE_DAYS_MAX * DAY_MS,
    clock,
    telemetry: outbox.telemetry,
    gaveUp: (count) => events.telemetryTooOld(count),
  });
  let left: typeof journal.left | undefined = journal.left;
  const startedAtMs = clock.steadyNow();
  const ticks = new Ticks(async () => {
    await config.reloadIfChanged();
    if (left && clock.steadyNow() - startedAtMs >= LEFT_TAKEN_AFTER_MS) {
      const taken = left;
      left = undefined;
      await pipeline.takeLeft(taken, (deviceId) => devices.byId(deviceId), now());
    }
    await pipeline.tick(now());
    events.samplesNormalized(normalizer.counts);
    await ageBound.enforce().catch((error: unknown) => events.outboxTidyFailed(error));
    await outbox.tidy().catch((error: unknown) => events.outboxTidyFailed(error));
    status.oldestQueuedAtMs = await outbox.oldestQueuedAtMs();
    events.outboxDepth(outbox.queuedReadings, outbox.sizeBytes);
  });
  const address = server.server.address();
  return {
    mqttPort: receiver.ports.plain,
    mqttTlsPort: receiver.ports.tls,
    httpPort: address !== null && typeof address === 'object' ? address.port : 0,
    // From the devices to the disk, so that everything taken is kept.
    close: async () => {
      await Promise.all([receiver.close(), streams.close()]);
      await ticks.close();
      await uplink.close();
      await quarantine.close();
      await journal.close();
      await outbox.close();
      await server.close();
      await lock.release();
    },
  };
}

/** Does something about once a second, never twice at once; an error ends the process (see runService). */
class Ticks {
  readonly #work: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  #turn: Promise<void> = Promise.resolve();

  constructor(work: () => Promise<void>) {
    this.#work = work;
    this.#timer = setInterval(() => {
      this.#turn = this.#turn.then(work);
    }, TICK_MS);
  }

  /** One last time. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
    await this.#work();
  }
}

function openOutbox(env: GatewayEnv, events: GatewayEvents): Promise<GatewayOutbox> {
  return GatewayOutbox.open(join(env.SHELFWIRE_DATA_DIR, 'outbox'), {
    limits: {
      // Several segments within the bound, so that giving up the oldest is giving up little.
      segmentBytesMax: Math.max(65_536, Math.min(SEGMENT_BYTES_MAX, env.SHELFWIRE_OUTBOX_BYTES_MAX / 32)),
      sizeBytesMax: env.SHELFWIRE_OUTBOX_BYTES_MAX,
      readingsMax: env.SHELFWIRE_OUTBOX_READINGS_MAX,
      freeDiskBytesMin: env.SHELFWIRE_FREE_DISK_BYTES_MIN,
      waitingReadingsMax: WAITING_READINGS_MAX,
    },
    events: {
      synced: (seconds, readings) => events.outboxSynced(seconds, readings),
      unreadable: (loss) => events.outboxUnreadable(loss),
      thinned: (count) => events.telemetryThinned(count),
      alarmsMoved: (count) => events.alarmsMoved(count),
      cut: (recovery) => events.outboxCut(recovery),
    },
  });
}

function createUplink(parts: {
  env: GatewayEnv;
  file: GatewayFile;
  clock: GatewayClock;
  events: GatewayEvents;
  outbox: GatewayOutbox;
  status: StatusParts;
  configMessage: (payload: Buffer) => void;
}): Uplink {
  const { env, file, clock, events, outbox, status, configMessage } = parts;
  return new Uplink({
    site: { tenantId: file.tenantId, siteId: file.siteId },
    gatewayId: file.gatewayId,
    outbox,
    events,
    link: {
      url: env.SHELFWIRE_UPLINK_URL,
      username: env.SHELFWIRE_UPLINK_USERNAME,
      password: env.SHELFWIRE_UPLINK_PASSWORD,
      tls: uplinkTls(env),
    },
    plan: { ...SEND_PLAN, resendAfterMs: env.SHELFWIRE_RESEND_AFTER_MS, random: Math.random },
    historyReadingsPerSecond: env.SHELFWIRE_HISTORY_READINGS_PER_SECOND,
    statusText: (online) => JSON.stringify(gatewayStatus(status, online)),
    configMessage,
    now: () => clock.now(),
    steadyNow: () => clock.steadyNow(),
  });
}

function uplinkTls(env: GatewayEnv): TlsFiles {
  const { SHELFWIRE_UPLINK_CA: ca, SHELFWIRE_UPLINK_CERT: cert, SHELFWIRE_UPLINK_KEY: key } = env;
  return { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
}
