import { needs } from '@shelfwire/test-servers';
import { describe, expect, onTestFinished, test } from 'vitest';

import { askBroker, formatAnswer } from './broker-trial/ask-broker.ts';
import { ASKS, DEAD_MEMBER } from './broker-trial/asks.ts';
import { ownMosquitto } from './broker-trial/central-broker.ts';
import { brokenIn, loseReplicas } from './broker-trial/lose-replicas.ts';

/** `SHELFWIRE_REPLICA_TEST_SECONDS=300` is the long form. */
const SECONDS = Number(process.env['SHELFWIRE_REPLICA_TEST_SECONDS'] ?? 6);

describe.runIf(needs('mosquitto', 'postgres', 'influxdb'))('two replicas of each service', () => {
  test(
    `lose one each under load: every reading is stored once, the ledger agrees with the shelves, no order is doubled (${SECONDS} s)`,
    async () => {
      const lost = await loseReplicas(await ownMosquitto(), { seconds: SECONDS, restartsBroker: false });
      process.stdout.write(
        `2 ingest and 2 reorder replicas, one of each killed: ${JSON.stringify(lost.readings)}, ${lost.orders} orders\n`,
      );
      expect(lost.acknowledged).toBeGreaterThan(0);
      expect(brokenIn(lost)).toEqual([]);
    },
    (SECONDS + 240) * 1_000,
  );
});

describe.runIf(needs('mosquitto'))('the trial of a central broker', () => {
  test('finds everything with Mosquitto that Shelfwire asks for, and that it keeps what waits', async () => {
    const broker = await ownMosquitto();
    onTestFinished(() => broker.close());
    const asks = ASKS.filter(({ what }) => what !== DEAD_MEMBER);
    const answers = await askBroker({ broker, run: 'test', queued: 300 }, asks);
    expect(answers.filter(({ ok }) => !ok).map(formatAnswer)).toEqual([]);
  });
});
