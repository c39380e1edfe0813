import { join } from 'node:path';

import { createServiceServer, ServiceMetrics, type Logger, type RunningService } from '@shelfwire/contract/service';

import { startReceiver } from './broker/receiver.ts';
import { readCentralConfig } from './central-config.ts';
import type { GatewayEnv } from './config.ts';
import { SiteDevices } from './devices/site-devices.ts';
import { GatewayEvents } from './events.ts';
import { GatewayClock } from './gateway-clock.ts';
import type { GatewayFile } from './gateway-file.ts';
import type { TlsFiles } from './mqtt-link.ts';
import { createSiteNormalizer } from './normalize/normalizer.ts';
import { GatewayOutbox } from './outbox/gateway-outbox.ts';
import { Pipeline } from './pipeline.ts';
import { Quarantine } from './quarantine.ts';
import { gatewayStatus } from './status.ts';
import { DeviceStreams } from './streams/device-streams.ts';
import { Uplink } from './uplink/uplink.ts';

const VERSION = '0.1.0';
const TICK_MS = 1_000;
const SEGMENT_BYTES_MAX = 16_777_216;
const WAITING_READINGS_MAX = 200_000;
const SEND_PLAN = { windowReadings: 20_000, backlogWindowReadings: 20_000, resendAfterMsMax: 300_000 };

export interface RunningGateway extends RunningService {
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
  const devices = new SiteDevices([]);
  const normalizer = createSiteNormalizer([]);
  const outbox = await GatewayOutbox.open(join(env.SHELFWIRE_DATA_DIR, 'outbox'), {
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
      cut: (recovery) => events.outboxCut(recovery),
    },
  });
  clock.notBefore(await outbox.newestReceivedAtMs());
  const quarantine = new Quarantine({
    folder: join(env.SHELFWIRE_DATA_DIR, 'quarantine'),
    sizeBytesMax: env.SHELFWIRE_QUARANTINE_BYTES_MAX,
  });
  let appliedConfigVersion: number | undefined;
  let oldestQueuedAtMs: number | undefined;
  const statusParts = {
    gatewayId: file.gatewayId,
    version: VERSION,
    startedAtMs: now(),
    outbox,
    oldestQueuedAtMs: () => oldestQueuedAtMs,
    events,
    now,
  };
  const uplink = new Uplink({
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
    statusText: (online) =>
      JSON.stringify(gatewayStatus({ ...statusParts, appliedConfigVersion: () => appliedConfigVersion }, online)),
    configMessage: (payload) => void applyCentralConfig(payload),
    now,
    steadyNow: () => clock.steadyNow(),
  });
  const pipeline = new Pipeline({
    normalizer,
    quarantine,
    events,
    append: async (readings) => {
      await outbox.append(readings);
      uplink.notify();
    },
  });
  const streams = new DeviceStreams({ pipeline, events, now, random: Math.random });

  const apply = async (wanted: GatewayFile, version: number | undefined): Promise<void> => {
    const changes = devices.configure(wanted.devices);
    normalizer.configure(wanted.devices);
    await streams.apply(changes);
    appliedConfigVersion = version;
    const { added, changed, removed } = changes;
    events.configApplied(version, { added: added.length, changed: changed.length, removed: removed.length });
  };
  const applyCentralConfig = async (payload: Buffer): Promise<void> => {
    const config = readCentralConfig(payload, file);
    if (config.kind === 'refused') events.configRefused('the centre', config.problem);
    if (config.kind !== 'usable' || config.version === appliedConfigVersion) return;
    await apply(config.file, config.version);
    receiver.applyDevices();
    uplink.publishStatus();
  };

  await apply(file, undefined);
  const receiver = await startReceiver({ env, file, devices, pipeline, events, clock });
  uplink.start();
  const tick = async (): Promise<void> => {
    await pipeline.tick(now());
    await outbox.tidy().catch((error: unknown) => events.outboxTidyFailed(error));
    oldestQueuedAtMs = await outbox.oldestQueuedAtMs();
    events.outboxDepth(outbox.queuedReadings, outbox.sizeBytes);
  };
  let ticking = Promise.resolve();
  const timer = setInterval(() => {
    ticking = ticking.then(tick);
  }, TICK_MS);
  const server = createServiceServer({ service: 'edge-gateway', metrics, readiness: () => receiver.missing() });
  await server.listen({ host: env.SHELFWIRE_HTTP_HOST, port: env.SHELFWIRE_HTTP_PORT });
  const address = server.server.address();
  return {
    mqttPort: receiver.ports.plain,
    mqttTlsPort: receiver.ports.tls,
    httpPort: address !== null && typeof address === 'object' ? address.port : 0,
    close: async () => {
      clearInterval(timer);
      await Promise.all([receiver.close(), streams.close()]);
      await ticking;
      await tick();
      await uplink.close();
      await quarantine.close();
      await outbox.close();
      await server.close();
    },
  };
}

function uplinkTls(env: GatewayEnv): TlsFiles {
  const { SHELFWIRE_UPLINK_CA: ca, SHELFWIRE_UPLINK_CERT: cert, SHELFWIRE_UPLINK_KEY: key } = env;
  return { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
}
