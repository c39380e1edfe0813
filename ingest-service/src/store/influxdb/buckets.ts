import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';

import type { Retention } from '../telemetry-store.ts';

const bucketsSchema = z.object({
  buckets: z.array(
    z.object({
      id: z.string(),
      retentionRules: z.array(z.object({ type: z.string().optional(), everySeconds: z.number() })).default([]),
    }),
  ),
});
const orgsSchema = z.object({ orgs: z.array(z.object({ id: z.string() })) });

/**
 * Makes the bucket of InfluxDB 2.x if it is missing, and corrects its retention; InfluxQL finds it as the database of
 * the same name (2.x maps that by itself). Repeats change nothing.
 * @returns false where the server has no such API (1.x): there, the database must exist
 */
export async function ensureBucket(
  client: InfluxDB,
  { org, bucket }: { org: string; bucket: string },
  retention: Retention,
): Promise<boolean> {
  const call = async (method: string, path: string, body: unknown = ''): Promise<unknown> =>
    client.transport.request(path, body, { method, headers: { 'content-type': 'application/json' } });
  const everySeconds = Math.round(retention.downsampledMs / 1_000);
  const retentionRules = [{ type: 'expire', everySeconds }];
  let answer: unknown;
  try {
    answer = await call('GET', `/api/v2/buckets?${new URLSearchParams({ org, name: bucket }).toString()}`);
  } catch (error) {
    // 2.x says 404 with JSON for a bucket it does not have; 1.x with text, for a path it does not know.
    if (!(error instanceof HttpError) || error.statusCode !== 404) throw error;
    if (error.json === undefined || error.json === null) return false;
    answer = { buckets: [] };
  }
  const [found] = bucketsSchema.parse(answer).buckets;
  if (!found) {
    const { orgs } = orgsSchema.parse(await call('GET', `/api/v2/orgs?${new URLSearchParams({ org }).toString()}`));
    await call('POST', '/api/v2/buckets', { orgID: orgs[0]?.id, name: bucket, retentionRules });
  } else if (found.retentionRules[0]?.everySeconds !== everySeconds) {
    await call('PATCH', `/api/v2/buckets/${found.id}`, { retentionRules });
  }
  return true;
}
