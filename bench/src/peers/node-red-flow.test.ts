import { InfluxServer, MosquittoServer, needs } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { encodeBatches, READINGS_PER_BATCH } from '../ingest/reading-source.ts';
import { NodeRedFlow } from './node-red-flow.ts';

const DATABASE = 'node_red';

function batches(from: number, count: number): Buffer[] {
  return encodeBatches(from, count).map(({ batch }) => batch);
}

describe.runIf(needs('mosquitto', 'influxdb'))('the Node-RED peer of the ingest bench', () => {
  let broker: MosquittoServer;
  let database: InfluxServer;
  let flow: NodeRedFlow;

  beforeAll(async () => {
    [broker, database] = await Promise.all([MosquittoServer.start(), InfluxServer.start()]);
    await database.createDatabase(DATABASE);
    const [first = Buffer.of()] = batches(0, 1);
    flow = await NodeRedFlow.start({ brokerUrl: broker.url, influxUrl: database.directUrl, database: DATABASE }, first);
  });

  afterAll(async () => {
    await flow.close();
    await Promise.all([broker.close(), database.close()]);
  });

  async function stored(): Promise<number> {
    const answer = await database.query('SELECT count("sequence") FROM "reading"', DATABASE);
    return Number(answer.results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0);
  }

  test('writes every reading of a batch as a point of its own', async () => {
    await flow.send(batches(1, 3), 2);
    expect(await stored()).toBe(4 * READINGS_PER_BATCH);
  });

  test('loses what comes while the database is away, as docs/performance.md says', async () => {
    const before = await stored();
    await database.stop();
    expect(await flow.send(batches(10, 2), 2)).toMatchObject({ failed: 2 });
    await database.restart();
    expect(await stored()).toBe(before);
  });
});
