import type { InfluxQueryAnswer } from '@shelfwire/test-servers';
import { needsInflux2, startInflux2 } from '@shelfwire/test-servers/containers';
import { describe } from 'vitest';

import { describeInfluxQl } from './influxql.conformance.ts';

describe.runIf(needsInflux2())('with a real InfluxDB 2, by a token that may only read the bucket', () => {
  describeInfluxQl('InfluxDB 2', async () => {
    const { influx, close } = await startInflux2();
    const { token } = await influx.authorize([{ resource: 'buckets', action: 'read', bucket: 'shelfwire' }]);
    return {
      write: (lines) => influx.write('shelfwire', lines),
      // As Grafana's data source sends it with httpMode POST: the statement in the body, the rest in the address.
      query: async (influxQl) => {
        const answer = await fetch(`${influx.url}/query?db=shelfwire&epoch=ms`, {
          method: 'POST',
          headers: { authorization: `Token ${token}` },
          body: new URLSearchParams({ q: influxQl }),
        });
        const parsed = (await answer.json()) as InfluxQueryAnswer;
        const failed = parsed.results?.find(({ error }) => error !== undefined)?.error;
        if (!answer.ok || failed !== undefined) throw new Error(`${answer.status} ${failed ?? JSON.stringify(parsed)}`);
        return parsed;
      },
      close,
    };
  });
});
