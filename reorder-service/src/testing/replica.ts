/**
 * A replica of what decides and sends, as a process of its own, for tests that kill it: the real evaluation, dispatcher and
 * database, nothing in their place. `replica.js <database url> <tenants, comma separated> <clock> <die at step | 0> <once | on>`.
 * With a step, it ends itself by SIGKILL before or after that query or request; else it ends when its stdin does.
 */
import 'reflect-metadata';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';
import type { KyselyPlugin } from 'kysely';

import { configSchema } from '../config.ts';
import { openDatabase, type Db } from '../database/open-database.ts';
import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { Outside } from '../outbound/outside.ts';
import type { OutsideAnswer, OutsideRequest } from '../outbound/post-outside.ts';
import { evaluate } from '../replenishment/evaluate.ts';
import { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { SupplierInbox } from '../suppliers/supplier-inbox.ts';

const [url = '', tenants = '', startMs = '0', dieAt = '0', mode = 'once'] = process.argv.slice(2);
const begunAtMs = Date.now();
const clock = (): number => Number(startMs) + Date.now() - begunAtMs;

let step = 0;
function passStep(): void {
  step += 1;
  if (step === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
}

const dying: KyselyPlugin = {
  transformQuery: ({ node }) => {
    passStep();
    return node;
  },
  transformResult: ({ result }) => {
    passStep();
    return Promise.resolve(result);
  },
};
class DyingOutside extends Outside {
  override async post(request: OutsideRequest): Promise<OutsideAnswer> {
    passStep();
    const answer = await super.post(request);
    passStep();
    return answer;
  }
}

const config = configSchema.parse({
  SHELFWIRE_CENTRAL_MQTT_URL: 'mqtt://127.0.0.1:1',
  SHELFWIRE_DATABASE_URL: url,
  SHELFWIRE_JWT_SECRET: 'a secret of at least thirty-two characters',
  SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
  SHELFWIRE_SUPPLIER_TIMEOUT_MS: '2000',
  SHELFWIRE_SUPPLIER_BACKOFF_MS: '100',
});
const logger = createLogger('replica', { level: 'silent' });
const metrics = new ServiceMetrics({ collectDefaults: false });
const opened = openDatabase(url, { connectionsMax: 4 });
const db: Db = opened.withPlugin(dying);
const publisher = { wake: () => undefined } as unknown as EventPublisher;
const inbox = new SupplierInbox(db, clock, metrics, new TouchedBins());
const dispatcher = new OrderDispatcher(db, config, clock, logger, metrics, inbox, publisher, new DyingOutside(config));

async function work(): Promise<void> {
  for (const tenantId of tenants.split(',')) await evaluate(db, { tenantId, siteId: 'plant-1' }, ['A-01'], clock());
  await dispatcher.sendDue();
}

const told = new AbortController();
if (mode === 'once') told.abort();
process.stdin.on('end', () => told.abort()).resume();
do await work();
while (!told.signal.aborted);
await opened.destroy();
process.stdout.write(`${step}\n`);
process.exit(0);
