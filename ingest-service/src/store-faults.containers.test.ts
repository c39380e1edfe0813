import { influx2Program, InfluxServer2, needs } from '@shelfwire/test-servers';
import { describe } from 'vitest';

import { describeStoreFaults } from './store-faults.conformance.ts';

/** Only with a program: a container that is stopped comes back at another port. */
describe.runIf(influx2Program() !== undefined && needs('mosquitto'))('the ingest-service', () => {
  const refusals = ['makes the writer’s token inactive'] as const;
  describeStoreFaults('InfluxDB 2', refusals, async () => {
    const database = await InfluxServer2.start();
    const { id, token } = await database.authorize([
      { resource: 'buckets', action: 'read', bucket: 'shelfwire' },
      { resource: 'buckets', action: 'write', bucket: 'shelfwire' },
    ]);
    const setStatus = (status: 'active' | 'inactive'): Promise<void> =>
      database.call('PATCH', `/api/v2/authorizations/${id}`, { status });
    return {
      url: database.url,
      folder: database.folder,
      token,
      query: (influxQl) => database.query(influxQl),
      restart: () => database.restart(),
      stop: (signal) => database.stop(signal),
      close: () => database.close(),
      refusals: { [refusals[0]]: { begin: () => setStatus('inactive'), end: () => setStatus('active') } },
    };
  });
});
