import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { freePort, needs } from '@shelfwire/test-servers';
import { describe, expect, onTestFinished, test } from 'vitest';

import { addComparisons, compareSeries } from './faults/comparison.ts';
import { eventually } from './faults/eventually.ts';
import { GatewayProcess } from './faults/gateway-process.ts';
import { Probe } from './faults/probe.ts';
import { PROBES, probeLogin } from './faults/site-files.ts';
import { ReplicatedSite } from './replicated-site.ts';

/** An older version of this repository, built: `system-tests/upgrade/build-older.sh COMMIT FOLDER` makes one. */
const OLDER = process.env['SHELFWIRE_UPGRADE_FROM'] ?? '';
/** Of each step. */
const SECONDS = Number(process.env['SHELFWIRE_UPGRADE_TEST_SECONDS'] ?? 15);

if (OLDER === '') {
  process.stdout.write('skipped: upgrade from an older build. SHELFWIRE_UPGRADE_FROM=<its folder> runs it\n');
} else if (!existsSync(join(OLDER, 'reorder-service/dist/main.js'))) {
  throw new Error(`SHELFWIRE_UPGRADE_FROM: there is no build in ${OLDER}`);
}

describe.runIf(OLDER !== '' && needs('mosquitto', 'postgres', 'influxdb'))('an older installation', () => {
  test(
    'is upgraded part by part under load: every reading is stored once, the ledger agrees with the shelves, no order is doubled',
    async () => {
      const site = await ReplicatedSite.start();
      const say = (what: string): void => {
        const facts = `${site.sql('select count(*) from kysely_migration')} migrations, ${site.sql('select count(*) from purchase_order')} orders`;
        process.stdout.write(`upgrade: ${what}: ${facts}\n`);
      };
      await site.addReplicas('old', OLDER);
      const port = await freePort();
      const uplink = { SHELFWIRE_RESEND_AFTER_MS: '2000' };
      const entry = join(OLDER, 'edge-gateway/dist/main.js');
      let gateway = await GatewayProcess.start(site.folder, 'gateway', site.broker.urls[0], uplink, { port, entry });
      onTestFinished(async ({ task }) => {
        await gateway.process.stop();
        await site.close({ failed: task.result?.state === 'fail' });
      });
      await gateway.process.ready();
      const probes = PROBES.map(
        (deviceId) => new Probe({ deviceId, url: gateway.deviceUrl, password: probeLogin(deviceId).password }),
      );
      const [old] = site.reorder;
      let sim = await site.startSim(gateway, 'fleet.yaml', old?.url ?? '');
      const running = probes.map((probe) => probe.run(20));
      await eventually('the older version has placed an order', () =>
        Promise.resolve(site.sql('select count(*) from purchase_order') !== '0'),
      );
      say('the older version alone');

      // Beside it, as a rolling replacement does: the newer one migrates while the older one works.
      await site.addReplicas('new');
      await wait(SECONDS * 1_000);
      say('both');

      const applied = (): Promise<number> => Promise.resolve(Number(site.sql('select count(*) from stock_movement')));
      await Promise.all([site.ingest[0]?.process.stop(), site.reorder[0]?.process.stop()]);
      await sim.stop();
      sim = await site.startSim(gateway, 'fleet.yaml', site.reorder[1]?.url ?? '');
      const alone = await applied();
      await eventually('the newer version accounts alone', async () => (await applied()) > alone);
      say('the newer version alone');

      // The gateway last, over the outbox of the older one.
      await gateway.process.stop();
      gateway = await GatewayProcess.start(site.folder, 'gateway', site.broker.urls[0], uplink, { port });
      await gateway.process.ready();
      const after = await applied();
      await eventually('readings come by the newer gateway', async () => (await applied()) > after);
      await wait(SECONDS * 1_000);
      say('everything newer');

      for (const probe of probes) probe.stop();
      await Promise.all(running);
      await sim.stop();
      const calm = await site.startSim(gateway, 'fleet-calm.yaml', site.reorder[1]?.url ?? '');
      await site.ledgerAgrees();
      const supplied = await site.supplied();
      await calm.stop();
      await gateway.drained();

      const readings = addComparisons(
        await Promise.all(probes.map(async (probe) => compareSeries(probe.sent, await site.stored(probe.deviceId)))),
      );
      process.stdout.write(`upgrade: ${JSON.stringify(readings)}, at the supplier ${JSON.stringify(supplied)}\n`);
      expect(readings).toMatchObject({ missing: 0, duplicate: 0, misordered: 0, foreign: 0 });
      expect(readings.matched).toBe(probes.reduce((sum, { sent }) => sum + sent.length, 0));
      expect(supplied.keys).toBe(supplied.orders);
      expect(site.broken()).toEqual([]);

      // And back: not promised for every older version, so it is said, not asserted, whether this one can.
      const back = await site.addReplicas('back', OLDER).then(
        () => 'starts again on the newer database',
        (error: unknown) =>
          `does not start on the newer database (${error instanceof Error ? error.message : 'unknown'})`,
      );
      process.stdout.write(`upgrade: the older version ${back}\n`);
    },
    (SECONDS * 4 + 600) * 1_000,
  );
});
