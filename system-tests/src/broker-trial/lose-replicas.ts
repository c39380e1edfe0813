import { setTimeout as wait } from 'node:timers/promises';

import { addComparisons, compareSeries, type Comparison } from '../faults/comparison.ts';
import { eventually } from '../faults/eventually.ts';
import { GatewayProcess } from '../faults/gateway-process.ts';
import { Probe } from '../faults/probe.ts';
import { PROBES, probeLogin } from '../faults/site-files.ts';
import { ReplicatedSite } from '../replicated-site.ts';
import { nodeOf, settingsOfGateway, type CentralBroker } from './central-broker.ts';

const PROBE_EVERY_MS = 20;
const RESEND_AFTER_MS = 2_000;

export interface LostReplicas {
  readings: Comparison;
  /** Acknowledged to the probes. */
  acknowledged: number;
  /** Of the reorder-services, as the database has them. */
  orders: number;
  supplied: { orders: number; keys: number };
  /** From the end of the load until both consumers had confirmed everything. */
  drainedAfterMs: number;
  broken: readonly string[];
}

/**
 * Two ingest and two reorder replicas under load; one of each is killed for good, then the broker is restarted, if it is
 * asked for and can be.
 */
export async function loseReplicas(
  broker: CentralBroker,
  options: { seconds: number; restartsBroker: boolean; say?: (line: string) => void },
): Promise<LostReplicas> {
  const { seconds, restartsBroker, say = () => undefined } = options;
  const site = await ReplicatedSite.start(broker);
  let gateway: GatewayProcess | undefined;
  let failed = true;
  try {
    for (const name of ['a', 'b']) await site.addReplicas(name);
    gateway = await GatewayProcess.start(site.folder, 'gateway', nodeOf(broker, 0), {
      ...settingsOfGateway(broker),
      SHELFWIRE_RESEND_AFTER_MS: String(RESEND_AFTER_MS),
    });
    await gateway.process.ready();
    const outcome = await underLoad(site, gateway, async () => {
      const phases = restartsBroker ? 3 : 2;
      const phaseMs = (seconds * 1_000) / phases;
      await wait(phaseMs);
      await Promise.all([site.ingest[0]?.process.kill(), site.reorder[0]?.process.kill()]);
      say('one replica of each is killed');
      await wait(phaseMs);
      if (!restartsBroker) return;
      await broker.restart?.();
      say('the broker is restarted');
      await wait(phaseMs);
    });
    failed = outcome.broken.length > 0 || outcome.readings.missing > 0;
    return outcome;
  } finally {
    await gateway?.process.stop();
    await site.close({ failed });
  }
}

async function underLoad(
  site: ReplicatedSite,
  gateway: GatewayProcess,
  harm: () => Promise<void>,
): Promise<LostReplicas> {
  const probes = PROBES.map(
    (deviceId) => new Probe({ deviceId, url: gateway.deviceUrl, password: probeLogin(deviceId).password }),
  );
  const stays = site.reorder[1]?.url ?? '';
  const sim = await site.startSim(gateway, 'fleet.yaml', stays);
  const running = probes.map((probe) => probe.run(PROBE_EVERY_MS));
  await harm();
  await eventually('a shelf has become low enough for an order', () =>
    Promise.resolve(site.sql('select count(*) from purchase_order') !== '0'),
  );
  for (const probe of probes) probe.stop();
  await Promise.all(running);
  await sim.stop();
  const endedAtMs = Date.now();
  await gateway.drained();
  const drainedAfterMs = Date.now() - endedAtMs;
  const calm = await site.startSim(gateway, 'fleet-calm.yaml', stays);
  await site.ledgerAgrees();
  const supplied = await site.supplied();
  await calm.stop();
  await gateway.drained(); // both consumers have confirmed everything

  return {
    readings: addComparisons(
      await Promise.all(probes.map(async (probe) => compareSeries(probe.sent, await site.stored(probe.deviceId)))),
    ),
    acknowledged: probes.reduce((sum, { sent }) => sum + sent.filter((each) => each.acknowledged).length, 0),
    orders: Number(site.sql('select count(*) from purchase_order')),
    supplied,
    drainedAfterMs,
    broken: site.broken(),
  };
}

/** What of it is against the promises; empty where all is well. */
export function brokenIn({ readings, acknowledged, orders, supplied, broken }: LostReplicas): string[] {
  const { matched, missing, duplicate, misordered, foreign } = readings;
  const promises: [held: boolean, sentence: string][] = [
    [missing === 0 && matched === acknowledged, `${acknowledged - matched} acknowledged readings are not stored`],
    [duplicate === 0, `${duplicate} readings are stored twice`],
    [misordered === 0, `${misordered} readings are stored out of order`],
    [foreign === 0, `${foreign} stored readings were never sent`],
    [orders > 0, 'nothing was ordered'],
    [supplied.keys === supplied.orders, 'the supplier has an order twice'],
    [supplied.orders <= orders, 'the supplier has orders that nobody placed'],
  ];
  return [...promises.filter(([held]) => !held).map(([, sentence]) => sentence), ...broken];
}
