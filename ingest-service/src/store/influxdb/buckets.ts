import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';

import { StoreAwayError } from '../../errors.ts';
import type { Retention } from '../telemetry-store.ts';
import type { InfluxQlReader } from './influxql-reader.ts';
import { quoteName } from './influxql.ts';

const bucketsSchema = z.object({
  buckets: z.array(
    z.object({
      id: z.string(),
      orgID: z.string().optional(),
      name: z.string().optional(),
      retentionRules: z.array(z.object({ type: z.string().optional(), everySeconds: z.number() })).default([]),
    }),
  ),
});
const orgsSchema = z.object({ orgs: z.array(z.object({ id: z.string() })) });
/**
 * What setting up 2.x gives to a bucket that keeps for ever: a retention shorter than that is refused (422) unless shards
 * are made shorter with it. No retention that can be set is shorter than a day.
 */
const SHARD_SECONDS_MAX = 7 * 86_400;
const SHARD_SECONDS = 86_400;
/** The most that 2.x gives at once. */
const PAGE_SIZE = 100;

/** Makes buckets and finds them: by the API of 2.x where the server has it, else by InfluxQL as on 1.x and 3.x. */
export class Buckets {
  readonly #client: InfluxDB;
  readonly #org: string;

  constructor(client: InfluxDB, org: string) {
    this.#client = client;
    this.#org = org;
  }

  /**
   * Makes the bucket if it is missing, and on 2.x corrects its retention; InfluxQL finds it as the database of the same
   * name (2.x maps that by itself). Repeats change nothing. A database of 1.x that is there is left as it is.
   */
  async ensure(bucket: string, retention: Retention, reader: InfluxQlReader): Promise<void> {
    const everySeconds = Math.round(retention.downsampledMs / 1_000);
    const rule = { type: 'expire', everySeconds };
    const buckets = await this.#find({ name: bucket });
    if (buckets === undefined) {
      await ensureDatabase(bucket, everySeconds, reader);
      return;
    }
    const [found] = buckets;
    if (!found) {
      await this.#make({ orgID: await this.#orgId(), name: bucket, retentionRules: [rule] });
    } else if (found.retentionRules[0]?.everySeconds !== everySeconds) {
      const shards = everySeconds < SHARD_SECONDS_MAX ? { shardGroupDurationSeconds: SHARD_SECONDS } : {};
      await this.#call('PATCH', `/api/v2/buckets/${found.id}`, { retentionRules: [{ ...rule, ...shards }] });
    }
  }

  /** The names that begin so. */
  async beginningWith(prefix: string, reader: InfluxQlReader): Promise<string[]> {
    const names: string[] = [];
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const page = await this.#find({ limit: String(PAGE_SIZE), offset: String(offset) });
      if (page === undefined) return (await databases(reader)).filter((name) => name.startsWith(prefix));
      names.push(...page.flatMap(({ name }) => name ?? []));
      if (page.length < PAGE_SIZE) return names.filter((name) => name.startsWith(prefix));
    }
  }

  async #make(bucket: object): Promise<void> {
    try {
      await this.#call('POST', '/api/v2/buckets', bucket);
    } catch (error) {
      // Another replica was quicker.
      if (!(error instanceof HttpError) || error.statusCode !== 422 || !/already exists/.test(error.body ?? ''))
        throw error;
    }
  }

  /** A token for all buckets of an organisation may not read the organisation itself: then any bucket says whose it is. */
  async #orgId(): Promise<string | undefined> {
    const { orgs } = orgsSchema.parse(await this.#call('GET', `/api/v2/orgs?${parameters({ org: this.#org })}`));
    return orgs[0]?.id ?? (await this.#find({ limit: String(PAGE_SIZE) }))?.[0]?.orgID;
  }

  /** @returns undefined where the server has no such API */
  async #find(query: Record<string, string>): Promise<z.infer<typeof bucketsSchema>['buckets'] | undefined> {
    try {
      const answer = await this.#call('GET', `/api/v2/buckets?${parameters({ org: this.#org, ...query })}`);
      return bucketsSchema.parse(answer).buckets;
    } catch (error) {
      // 2.x says 404 with JSON for a bucket it does not have; others with text, for a path they do not know.
      if (!(error instanceof HttpError) || error.statusCode !== 404) throw error;
      return error.json === undefined || error.json === null ? undefined : [];
    }
  }

  #call(method: string, path: string, body: unknown = ''): Promise<unknown> {
    return this.#client.transport.request(path, body, { method, headers: { 'content-type': 'application/json' } });
  }
}

async function databases(reader: InfluxQlReader): Promise<string[]> {
  const [series] = await reader.query('SHOW DATABASES');
  return (series?.values ?? []).map(([name]) => String(name));
}

async function ensureDatabase(name: string, everySeconds: number, reader: InfluxQlReader): Promise<void> {
  if ((await databases(reader)).includes(name)) return;
  try {
    await reader.query(`CREATE DATABASE ${quoteName(name)} WITH DURATION ${everySeconds}s NAME "autogen"`, {
      method: 'POST',
    });
  } catch (error) {
    // 3.x has no such statement, and makes a database at the first write. Whoever may not make one hears of it then.
    if (error instanceof StoreAwayError) throw error;
  }
}

function parameters(query: Record<string, string>): string {
  return new URLSearchParams(query).toString();
}
