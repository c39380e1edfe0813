import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TelemetrySeries } from '@shelfwire/contract/api';
import { ImpairedLink, SeededRandom } from '@shelfwire/test-servers';
import { stringify } from 'yaml';

import { Centre } from './centre.ts';
import { addComparisons, compareSeries, type Comparison } from './comparison.ts';
import { GatewayProcess } from './gateway-process.ts';
import { Probe } from './probe.ts';
import { catalogue, probeLogin, probeSiteFile } from './site-files.ts';

/** A satellite line: 600 ms there and back, 2 % lost. */
const LINE = { delayMs: 300, lossRatio: 0.02, retransmitMs: 1_000 };
const SITES = ['plant-a', 'plant-b'] as const;
const PROBE_INTERVAL_MS = 20;

export interface NetworkReport {
  seed: number;
  outages: { siteId: string; atMs: number; forMs: number }[];
  messagesSent: number;
  readings: Comparison;
  /** From the end of traffic until both consumers had confirmed everything. */
  drainedAfterMs: number;
  broken: string[];
}

interface RemoteSite {
  siteId: string;
  link: ImpairedLink;
  gateway: GatewayProcess;
  probes: Probe[];
}

/** Two gateways behind bad lines that fail now and then; compares what the devices sent with what the centre stored. */
export async function runBadNetwork(options: {
  seed: number;
  seconds: number;
  say: (line: string) => void;
}): Promise<NetworkReport> {
  const { seed, seconds, say } = options;
  const random = new SeededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'shelfwire-network-'));
  await writeFile(join(folder, 'catalogue.yaml'), stringify(catalogue('http://127.0.0.1:9', SITES)));
  const centre = await Centre.start(folder, 'embedded');
  const sites: RemoteSite[] = [];
  let keep = false;
  try {
    for (const siteId of SITES) sites.push(await startSite(folder, siteId, centre, random));
    await centre.ready();
    await Promise.all(sites.map(({ gateway }) => gateway.process.ready()));
    const fromMs = Date.now() - 60_000;
    const probes = sites.flatMap((site) => site.probes.map((probe) => ({ siteId: site.siteId, probe })));
    const running = probes.map(({ probe }) => probe.run(PROBE_INTERVAL_MS));
    const outages = planOutages(random, seconds * 1_000);
    await cutInTurn(sites, outages, seconds * 1_000, say);
    for (const { probe } of probes) probe.stop();
    await Promise.all(running);
    const endedAtMs = Date.now();
    say('traffic over, waiting until everything is confirmed …');
    await Promise.all(sites.map(({ gateway }) => gateway.drained(300_000)));
    const drainedAfterMs = Date.now() - endedAtMs;
    const parts = await Promise.all(
      probes.map(async ({ siteId, probe }) => compareSeries(probe.sent, await stored(centre, siteId, probe, fromMs))),
    );
    const readings = addComparisons(parts);
    const messagesSent = probes.reduce((sum, { probe }) => sum + probe.sent.length, 0);
    return { seed, outages, messagesSent, readings, drainedAfterMs, broken: brokenPromises(readings) };
  } catch (error) {
    say(`logs and data are kept in ${folder}`);
    keep = true;
    throw error;
  } finally {
    for (const { gateway, link } of sites) {
      await gateway.process.stop();
      await link.close();
    }
    await centre.close();
    if (!keep) await rm(folder, { recursive: true, force: true });
  }
}

async function startSite(folder: string, siteId: string, centre: Centre, random: SeededRandom): Promise<RemoteSite> {
  const probeIds = [1, 2].map((number) => `${siteId}-probe-${number}`);
  await writeFile(join(folder, `${siteId}.yaml`), stringify(probeSiteFile(siteId, probeIds)), { mode: 0o600 });
  const link = await ImpairedLink.start(centre.broker.port, LINE, () => random.next());
  const gateway = await GatewayProcess.start(folder, siteId, `mqtt://127.0.0.1:${link.port}`, {
    SHELFWIRE_RESEND_AFTER_MS: '5000',
  });
  const probes = probeIds.map(
    (deviceId) => new Probe({ deviceId, url: gateway.deviceUrl, password: probeLogin(deviceId).password }),
  );
  return { siteId, link, gateway, probes };
}

/** Two outages a site, each up to a quarter of the run. */
function planOutages(random: SeededRandom, lastsMs: number): NetworkReport['outages'] {
  return SITES.flatMap((siteId) =>
    [0.1, 0.55].map((share) => ({
      siteId,
      atMs: Math.round(lastsMs * share + random.between(0, lastsMs * 0.1)),
      forMs: Math.round(random.between(lastsMs * 0.1, lastsMs * 0.25)),
    })),
  );
}

async function cutInTurn(
  sites: readonly RemoteSite[],
  outages: NetworkReport['outages'],
  lastsMs: number,
  say: (line: string) => void,
): Promise<void> {
  const startedAtMs = Date.now();
  const until = (atMs: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, Math.max(0, startedAtMs + atMs - Date.now()));
    });
  const cuts = outages.map(async ({ siteId, atMs, forMs }) => {
    const link = sites.find((site) => site.siteId === siteId)?.link;
    await until(atMs);
    link?.cut();
    say(`${(atMs / 1_000).toFixed(1).padStart(6)} s  the line of ${siteId} is cut for ${(forMs / 1_000).toFixed(1)} s`);
    await until(atMs + forMs);
    link?.restore();
  });
  await Promise.all([...cuts, until(lastsMs)]);
}

async function stored(centre: Centre, siteId: string, probe: Probe, fromMs: number): Promise<number[]> {
  const query = new URLSearchParams({
    siteId,
    deviceId: probe.deviceId,
    field: 'netGrams',
    fromMs: String(fromMs),
    toMs: String(Date.now() + 60_000),
    limit: '100000',
  });
  const series = await centre.get<TelemetrySeries>(`/api/v1/telemetry/series?${query.toString()}`);
  return series.points.map(([, value]) => value ?? Number.NaN);
}

function brokenPromises(readings: Comparison): string[] {
  const broken = readings.matched === 0 ? ['no reading arrived at all'] : [];
  for (const key of ['missing', 'duplicate', 'misordered', 'foreign'] as const) {
    if (readings[key] > 0) broken.push(`${readings[key]} readings ${key}`);
  }
  return broken;
}

export function formatNetworkReport(report: NetworkReport): string {
  const { readings } = report;
  return [
    '',
    `seed ${report.seed}: two gateways, ${2 * LINE.delayMs} ms there and back, ${LINE.lossRatio * 100} % lost, ${report.outages.length} outages`,
    '',
    `sent ${report.messagesSent}, matched ${readings.matched}, missing ${readings.missing}, duplicate ${readings.duplicate}, misordered ${readings.misordered}`,
    `everything confirmed ${(report.drainedAfterMs / 1_000).toFixed(1)} s after the end of traffic`,
    '',
    report.broken.length === 0 ? 'every promise held' : `BROKEN: ${report.broken.join('; ')}`,
  ].join('\n');
}
