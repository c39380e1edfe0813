import type { KyselyPlugin } from 'kysely';

import { configSchema, type Config } from '../config.ts';
import { openDatabase, type Db } from '../database/open-database.ts';
import { Outside } from '../outbound/outside.ts';
import type { OutsideAnswer, OutsideRequest } from '../outbound/post-outside.ts';

/**
 * What a process that is to be killed works with: its queries and calls count its steps, before and after each, and at the
 * step that was asked for it ends itself by SIGKILL, with nothing flushed, closed or rolled back.
 */
export class Dying {
  readonly config: Config;
  readonly db: Db;
  readonly outside: Outside;
  readonly #dieAt: number;
  readonly #opened: Db;
  #steps = 0;

  /** @param dieAt 0: never */
  constructor(url: string, dieAt: number) {
    this.#dieAt = dieAt;
    this.config = configSchema.parse({
      SHELFWIRE_CENTRAL_MQTT_URL: 'mqtt://127.0.0.1:1',
      SHELFWIRE_DATABASE_URL: url,
      SHELFWIRE_JWT_SECRET: 'a secret of at least thirty-two characters',
      SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
      SHELFWIRE_SUPPLIER_TIMEOUT_MS: '2000',
      SHELFWIRE_SUPPLIER_BACKOFF_MS: '100',
    });
    this.#opened = openDatabase(url, { connectionsMax: 4 });
    const pass = (): void => this.#pass();
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => {
        pass();
        return node;
      },
      transformResult: ({ result }) => {
        pass();
        return Promise.resolve(result);
      },
    };
    this.db = this.#opened.withPlugin(counting);
    const outside = new Outside(this.config);
    this.outside = Object.assign(Object.create(outside) as Outside, {
      post: async (request: OutsideRequest): Promise<OutsideAnswer> => {
        pass();
        const answer = await outside.post(request);
        pass();
        return answer;
      },
    });
  }

  #pass(): void {
    this.#steps += 1;
    if (this.#steps === this.#dieAt) process.kill(process.pid, 'SIGKILL');
  }

  /** Ends the process; on its stdout stands how many steps it had. */
  async end(): Promise<never> {
    await this.#opened.destroy();
    process.stdout.write(`${this.#steps}\n`);
    process.exit(0);
  }
}
