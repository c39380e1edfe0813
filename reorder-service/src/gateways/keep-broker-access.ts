import { readFile } from 'node:fs/promises';

import { trustAuthority, type Logger, type RunningService } from '@shelfwire/contract/service';

import { readCatalogueFile } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { migrateToLatest } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { PeriodicJob } from '../runtime/periodic-job.ts';
import { BrokerAccess } from './broker-access.ts';
import type { BrokerAccessConfig } from './config.ts';

/**
 * `npm run mosquitto:acl`: writes the broker's files once, or goes on as long as it runs. The catalogue is read first,
 * so that a new installation's broker knows its gateways before anything else has started.
 */
export async function keepBrokerAccess(config: BrokerAccessConfig, logger: Logger): Promise<RunningService> {
  const catalogue =
    config.SHELFWIRE_SEED_FILE === undefined ? undefined : readCatalogueFile(config.SHELFWIRE_SEED_FILE);
  trustAuthority(config.SHELFWIRE_TLS_CA);
  const db = openDatabase(config.SHELFWIRE_DATABASE_URL, { connectionsMax: 2 });
  await migrateToLatest(db);
  if (catalogue) await seedCatalogue(db, catalogue, Date.now());
  const nodeRed = config.SHELFWIRE_BROKER_NODE_RED_PASSWORD;
  const access = new BrokerAccess({
    db,
    folder: config.SHELFWIRE_BROKER_ACCESS_DIR,
    central: {
      ingest: config.SHELFWIRE_BROKER_INGEST_PASSWORD,
      reorder: config.SHELFWIRE_BROKER_REORDER_PASSWORD,
      ...(nodeRed === undefined ? {} : { 'node-red': nodeRed }),
    },
  });
  const write = async (): Promise<void> => {
    const { changed, gateways } = await access.write();
    if (!changed) return;
    await reload(config.SHELFWIRE_BROKER_PID_FILE);
    logger.info({ gateways }, "the broker's access list and passwords are written");
  };
  await write();
  const intervalMs = config.SHELFWIRE_BROKER_ACCESS_INTERVAL_MS;
  if (intervalMs === 0) {
    await db.destroy();
    return { close: () => Promise.resolve() };
  }
  const job = new PeriodicJob({
    intervalMs,
    work: write,
    onError: (error) => logger.warn({ err: error }, "the broker's files could not be written, they stay as they are"),
  });
  job.start();
  return {
    close: async () => {
      await job.stop();
      await db.destroy();
    },
  };
}

async function reload(pidFile: string | undefined): Promise<void> {
  if (pidFile === undefined) return;
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).trim());
  if (Number.isSafeInteger(pid) && pid > 1) process.kill(pid, 'SIGHUP');
}
