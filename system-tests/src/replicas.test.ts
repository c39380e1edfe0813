import { setTimeout as wait } from 'node:timers/promises';

import { needs } from '@shelfwire/test-servers';
import { describe, expect, onTestFinished, test } from 'vitest';

import { addComparisons, compareSeries } from './faults/comparison.ts';
import { eventually } from './faults/eventually.ts';
import { GatewayProcess } from './faults/gateway-process.ts';
import { Probe } from './faults/probe.ts';
import { PROBES, probeLogin } from './faults/site-files.ts';
import { ReplicatedSite } from './replicated-site.ts';

/** `SHELFWIRE_REPLICA_TEST_SECONDS=300` is the long form. */
const SECONDS = Number(process.env['SHELFWIRE_REPLICA_TEST_SECONDS'] ?? 6);

describe.runIf(needs('mosquitto', 'postgres', 'influxdb'))('two replicas of each service', () => {
  test(
    `lose one each under load: every reading is stored once, the ledger agrees with the shelves, no order is doubled (${SECONDS} s)`,
    async () => {
      const site = await ReplicatedSite.start();
      for (const name of ['a', 'b']) await site.addReplicas(name);
      const gateway = await GatewayProcess.start(site.folder, 'gateway', site.broker.url, {
        SHELFWIRE_RESEND_AFTER_MS: '2000',
      });
      onTestFinished(async () => {
        await gateway.process.stop();
        await site.close();
      });
      await gateway.process.ready();
      const probes = PROBES.map(
        (deviceId) => new Probe({ deviceId, url: gateway.deviceUrl, password: probeLogin(deviceId).password }),
      );
      const stays = site.reorder[1]?.url ?? '';
      const sim = await site.startSim(gateway, 'fleet.yaml', stays);
      const running = probes.map((probe) => probe.run(20));
      await wait((SECONDS * 1_000) / 2);
      await Promise.all([site.ingest[0]?.process.kill(), site.reorder[0]?.process.kill()]); // for good
      await wait((SECONDS * 1_000) / 2);
      await eventually('a shelf has become low enough for an order', () =>
        Promise.resolve(site.sql('select count(*) from purchase_order') !== '0'),
      );
      for (const probe of probes) probe.stop();
      await Promise.all(running);
      await sim.stop();
      const calm = await site.startSim(gateway, 'fleet-calm.yaml', stays);
      await site.ledgerAgrees();
      const supplied = await site.supplied();
      await calm.stop();
      await gateway.drained(); // both consumers have confirmed everything

      const readings = addComparisons(
        await Promise.all(probes.map(async (probe) => compareSeries(probe.sent, await site.stored(probe.deviceId)))),
      );
      const orders = Number(site.sql('select count(*) from purchase_order'));
      process.stdout.write(
        `2 ingest and 2 reorder replicas, one of each killed: ${JSON.stringify(readings)}, ${orders} orders\n`,
      );
      expect(readings).toMatchObject({ missing: 0, duplicate: 0, misordered: 0, foreign: 0 });
      expect(readings.matched).toBe(probes.reduce((sum, { sent }) => sum + sent.length, 0));
      expect(orders).toBeGreaterThan(0);
      expect(supplied.keys).toBe(supplied.orders);
      expect(supplied.orders).toBeLessThanOrEqual(orders);
      expect(site.broken()).toEqual([]);
    },
    (SECONDS + 240) * 1_000,
  );
});
