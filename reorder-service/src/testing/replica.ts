/**
 * A replica of what decides and sends, as a process of its own, for tests that kill it: the real evaluation, dispatcher and
 * database, nothing in their place. `replica.js <database url> <tenants, comma separated> <clock> <die at step | 0> <once | on>`.
 * With a step, it ends itself by SIGKILL before or after that query or request; else it ends when its stdin does.
 */
import 'reflect-metadata';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';

import type { EventPublisher } from '../events/event-publisher.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { evaluate } from '../replenishment/evaluate.ts';
import { OrderDispatcher } from '../suppliers/order-dispatcher.ts';
import { SupplierInbox } from '../suppliers/supplier-inbox.ts';
import { Dying } from './dying.ts';

const [url = '', tenants = '', startMs = '0', dieAt = '0', mode = 'once'] = process.argv.slice(2);
const begunAtMs = Date.now();
const clock = (): number => Number(startMs) + Date.now() - begunAtMs;

const dying = new Dying(url, Number(dieAt));
const { db, config, outside } = dying;
const logger = createLogger('replica', { level: 'silent' });
const metrics = new ServiceMetrics({ collectDefaults: false });
const publisher = { wake: () => undefined } as unknown as EventPublisher;
const inbox = new SupplierInbox(db, clock, metrics, new TouchedBins());
const dispatcher = new OrderDispatcher(db, config, clock, logger, metrics, inbox, publisher, outside);

async function work(): Promise<void> {
  for (const tenantId of tenants.split(',')) await evaluate(db, { tenantId, siteId: 'plant-1' }, ['A-01'], clock());
  await dispatcher.sendDue();
}

const told = new AbortController();
if (mode === 'once') told.abort();
process.stdin.on('end', () => told.abort()).resume();
do await work();
while (!told.signal.aborted);
await dying.end();
