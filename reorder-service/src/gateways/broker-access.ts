import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import type { Db } from '../database/open-database.ts';
import { accessListText, type CentralUser } from './access-list.ts';
import { brokerUsername, hashBrokerPassword, isBrokerPassword, type GatewayKey } from './broker-login.ts';

export interface BrokerAccessOptions {
  db: Db;
  /** Gets the files `acl` and `passwords`. */
  folder: string;
  /** The parts of the centre that have a login, with their passwords. */
  central: Readonly<Partial<Record<CentralUser, string>>>;
}

/**
 * Writes Mosquitto's access list and password file from the gateways in the database. Each file is replaced in one step
 * (written beside, synced, renamed) and only when it changes, so that the broker never reads half a list and is not
 * told to reload for nothing. The access list is replaced first: a new login without rights can do nothing, rights
 * without a login neither.
 */
export class BrokerAccess {
  readonly #options: BrokerAccessOptions;

  constructor(options: BrokerAccessOptions) {
    this.#options = options;
  }

  /** @returns whether anything changed, and how many gateways can sign in */
  async write(): Promise<{ changed: boolean; gateways: number }> {
    const { db, folder, central } = this.#options;
    await mkdir(folder, { recursive: true });
    // The owner of the tables, not a tenant: this file is for all of them.
    const rows = await db
      .selectFrom('gateway')
      .select(['tenant_id', 'site_id', 'gateway_id', 'password_hash'])
      .where('password_hash', 'is not', null)
      .orderBy('tenant_id')
      .orderBy('site_id')
      .orderBy('gateway_id')
      .execute();
    const gateways = rows.map((row): GatewayKey & { hash: string | null } => ({
      tenantId: row.tenant_id,
      siteId: row.site_id,
      gatewayId: row.gateway_id,
      hash: row.password_hash,
    }));
    const users = Object.keys(central) as CentralUser[];
    const listChanged = await replaceIfOther(join(folder, 'acl'), accessListText(gateways, users));
    const lines = [
      ...(await this.#centralLines(users)),
      ...gateways.map((gateway) => `${brokerUsername(gateway)}:${gateway.hash ?? ''}`),
    ];
    const passwordsChanged = await replaceIfOther(join(folder, 'passwords'), `${lines.join('\n')}\n`);
    return { changed: listChanged || passwordsChanged, gateways: gateways.length };
  }

  /** A hash that is right already stays: a new salt each time would make a new file each time. */
  async #centralLines(users: readonly CentralUser[]): Promise<string[]> {
    const { folder, central } = this.#options;
    const before = new Map(
      (await readOrEmpty(join(folder, 'passwords'))).split('\n').map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1)];
      }),
    );
    const lines: string[] = [];
    for (const user of users) {
      const password = central[user] ?? '';
      const hash = before.get(user);
      lines.push(`${user}:${(await isBrokerPassword(password, hash)) ? hash : await hashBrokerPassword(password)}`);
    }
    return lines;
  }
}

async function replaceIfOther(path: string, text: string): Promise<boolean> {
  if ((await readOrEmpty(path)) === text) return false;
  const next = `${path}.next`;
  // Read by the broker's own user, who is another: hashes only, in a folder that nobody else is given.
  const file = await open(next, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  return true;
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
