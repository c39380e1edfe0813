/**
 * One errand as a process of its own, for tests that kill it: the real code and database, nothing in their place.
 * `errand.js <database url> <tenant> <clock> <die at step | 0> <webhooks | ubl | policies | bins | decide> <document>`. With a step, it
 * ends itself by SIGKILL before or after that query or request; else it writes how many there were.
 */
import 'reflect-metadata';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';

import { UblInbox } from '../documents/ubl-inbox.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { MasterDataImport } from '../master-data/master-data-import.ts';
import { evaluate } from '../replenishment/evaluate.ts';
import { SupplierInbox } from '../suppliers/supplier-inbox.ts';
import { WebhookJob } from '../webhooks/webhook-job.ts';
import { WebhookSender } from '../webhooks/webhook-sender.ts';
import { Dying } from './dying.ts';

const [url = '', tenantId = '', nowMs = '0', dieAt = '0', errand = '', document = ''] = process.argv.slice(2);
const clock = (): number => Number(nowMs);
const dying = new Dying(url, Number(dieAt));
const { db, config, outside } = dying;
const logger = createLogger('errand', { level: 'silent' });
const metrics = new ServiceMetrics({ collectDefaults: false });
const touched = new TouchedBins();

async function run(): Promise<unknown> {
  switch (errand) {
    case 'webhooks': {
      const sender = new WebhookSender(db, config, clock, logger, metrics, outside);
      return new WebhookJob(db, config, clock, logger, metrics, sender).run();
    }
    case 'ubl':
      return new UblInbox(db, clock, new SupplierInbox(db, clock, metrics, touched)).apply(tenantId, 'bolts', document);
    case 'policies':
    case 'bins': {
      const by = { email: 'ann@demo.local', dryRun: false };
      return new MasterDataImport(db, clock, outside, touched).run(tenantId, errand, document, by);
    }
    case 'decide': {
      const { siteId, binIds } = JSON.parse(document) as { siteId: string; binIds: string[] };
      return evaluate(db, { tenantId, siteId }, binIds, clock());
    }
    default:
      throw new Error(`there is no errand ${errand}`);
  }
}

await run();
await dying.end();
