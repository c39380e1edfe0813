import type { InfluxQueryAnswer } from '@shelfwire/test-servers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ALERT_RULES } from './alerting/rules.ts';
import { INFLUXDB } from './data-sources.ts';
import { allQueries } from './testing/all-queries.ts';
import { expandInfluxQl, type Choices } from './testing/expand.ts';
import { sampleTelemetry } from './testing/sample-telemetry.ts';

/** A real InfluxDB of whatever version, whose database `shelfwire` is empty. */
export interface InfluxQlServer {
  write: (lineProtocol: string) => Promise<void>;
  query: (influxQl: string) => Promise<InfluxQueryAnswer>;
  close: () => Promise<void>;
}

const NOW_MS = Date.now();
const RANGE = { fromMs: NOW_MS - 6 * 3_600_000, toMs: NOW_MS };
const CHOICES: Choices = {
  tenant: 'demo',
  bin: 'bin-1',
  site: ['plant-1', 'plant-2'],
  item: ['screw', 'bolt'],
  device: ['scale-01'],
};
const queries = allQueries().filter(({ type }) => type === INFLUXDB.type);

/** Panels, annotations, variables and alerts: each finds what is there, and nothing of others. */
export function describeInfluxQl(name: string, start: () => Promise<InfluxQlServer>): void {
  describe(`InfluxQL on ${name}`, () => {
    let server: InfluxQlServer;

    beforeAll(async () => {
      server = await start();
      await server.write(sampleTelemetry(NOW_MS));
    });
    afterAll(() => server.close());

    test.each(queries)('$name answers with values', async ({ text }) => {
      const answer = await server.query(expandInfluxQl(text, CHOICES, RANGE));
      const rows = (answer.results ?? []).flatMap((result) => (result.series ?? []).flatMap((series) => series.values));
      expect(rows.some((row) => row.slice(1).some((value) => value !== null))).toBe(true);
    });

    test('nothing is seen of another tenant', async () => {
      for (const { name, text } of queries) {
        if (name.startsWith('alert:')) continue;
        const foreign = expandInfluxQl(text, { ...CHOICES, tenant: 'other' }, RANGE);
        const answer = await server.query(foreign);
        expect([name, answer.results?.flatMap((result) => result.series ?? [])]).toEqual([name, []]);
      }
    });

    test('a gateway that fell silent counts zero statuses in its last interval', async () => {
      const rule = ALERT_RULES.find(({ uid }) => uid === 'shelfwire-gateway-offline');
      const later = { fromMs: NOW_MS - 3_600_000, toMs: NOW_MS + 1_800_000 };
      const answer = await server.query(expandInfluxQl(rule?.query.text ?? '', CHOICES, later));
      const values = answer.results?.[0]?.series?.[0]?.values.map(([, count]) => count) ?? [];
      expect(values.at(-1)).toBe(0);
      expect(values[2]).toBe(5);
    });
  });
}
