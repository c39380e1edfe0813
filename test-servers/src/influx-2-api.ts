import type { InfluxQueryAnswer } from './influxdb.ts';

export const INFLUX_2_ORG = 'shelfwire';

/** What a token may do: with every bucket of the organisation, where none is named. */
export interface Influx2Rights {
  resource: 'buckets' | 'orgs' | 'authorizations';
  action: 'read' | 'write';
  /** The bucket's name. */
  bucket?: string;
}

/** A real InfluxDB 2.x that has been set up, asked by its own HTTP API: what a test needs of it beside the product. */
export class Influx2Api {
  readonly url: string;
  /** The operator's: it may do everything. */
  readonly token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.token = token;
  }

  /** Runs InfluxQL as it is and answers the parsed JSON. Rejects when the server reports an error. */
  async query(influxQl: string, database = INFLUX_2_ORG, token = this.token): Promise<InfluxQueryAnswer> {
    const response = await fetch(`${this.url}/query`, {
      method: 'POST',
      body: new URLSearchParams({ q: influxQl, epoch: 'ms', db: database }),
      headers: { authorization: `Token ${token}` },
    });
    const answer = (await response.json()) as InfluxQueryAnswer & { message?: string };
    const error = answer.error ?? answer.message ?? answer.results?.find((result) => result.error)?.error;
    if (error !== undefined) throw new Error(`InfluxDB: ${error} (${influxQl})`);
    return answer;
  }

  /** A bucket that keeps its points for ever; its database of the same name exists with it. */
  async createDatabase(name: string): Promise<void> {
    await this.call('POST', '/api/v2/buckets', { orgID: await this.#orgId(), name, retentionRules: [] });
  }

  /** Line protocol, as the operator. */
  async write(bucket: string, lines: string): Promise<void> {
    const answer = await fetch(
      `${this.url}/api/v2/write?${new URLSearchParams({ org: INFLUX_2_ORG, bucket }).toString()}`,
      {
        method: 'POST',
        headers: { authorization: `Token ${this.token}` },
        body: lines,
      },
    );
    if (answer.status !== 204) throw new Error(`InfluxDB: ${answer.status} ${await answer.text()}`);
  }

  async bucket(name: string): Promise<Influx2Bucket> {
    const found = await this.call<{ buckets: Influx2Bucket[] }>('GET', `/api/v2/buckets?name=${name}`);
    const [bucket] = found.buckets;
    if (!bucket) throw new Error(`InfluxDB has no bucket ${name}`);
    return bucket;
  }

  /** A new token with these rights and no others. */
  async authorize(rights: readonly Influx2Rights[]): Promise<Influx2Authorization> {
    const orgID = await this.#orgId();
    const permissions: object[] = [];
    for (const { resource: type, action, bucket } of rights) {
      const named = bucket === undefined ? {} : { id: (await this.bucket(bucket)).id };
      // Nobody is in several organisations here, so that reading them means reading this one.
      const resource = type === 'orgs' ? { type, id: orgID } : { type, orgID, ...named };
      permissions.push({ action, resource });
    }
    return this.call('POST', '/api/v2/authorizations', { orgID, permissions });
  }

  /** The HTTP API, as the operator. Rejects with what it says, unless it answers 2xx. */
  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Token ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`InfluxDB: ${method} ${path} ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  async #orgId(): Promise<string> {
    const { orgs } = await this.call<{ orgs: { id: string }[] }>('GET', `/api/v2/orgs?org=${INFLUX_2_ORG}`);
    return orgs[0]?.id ?? '';
  }
}

export interface Influx2Bucket {
  id: string;
  name: string;
  retentionRules: { everySeconds: number; shardGroupDurationSeconds?: number }[];
}

export interface Influx2Authorization {
  id: string;
  token: string;
}
