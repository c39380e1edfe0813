import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { createLogger, ServiceMetrics } from '@shelfwire/contract/service';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { configSchema, type Config } from '../config.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { Outside } from '../outbound/outside.ts';
import { applyReadings } from '../stock/apply-readings.ts';
import { evaluate } from './evaluate.ts';

export const TEST_CONFIG: Config = configSchema.parse({
  SHELFWIRE_CENTRAL_MQTT_URL: 'mqtt://127.0.0.1:1',
  SHELFWIRE_DATABASE_URL: 'pglite:memory:',
  SHELFWIRE_JWT_SECRET: 'a secret of at least thirty-two characters',
  SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
});

/** Calls servers of tests on this machine, and nobody else. */
export const TEST_OUTSIDE = new Outside(TEST_CONFIG);

export const TEST_LOGGER = createLogger('test', { level: 'silent' });
export const testMetrics = (): ServiceMetrics => new ServiceMetrics({ collectDefaults: false });

/**
 * One bin of one tenant with a policy, a supplier and a clock of its own, over a real database: tests say what happens
 * to the shelf and look at what was ordered. Each test takes a tenant of its own, so that they share one database.
 */
export class BinStory {
  nowMs = 1_763_800_000_000;
  readonly tenantId = `t-${randomUUID().slice(0, 8)}`;
  readonly siteId = 'plant-1';
  readonly #outboxId = randomUUID();
  #sequence = 0;

  private constructor(readonly db: Db) {}

  static async of(
    db: Db,
    more: {
      policy?: string;
      supplierItem?: string;
      suppliers?: string;
      bin?: string;
      endpoint?: string;
      isConsoleOnly?: boolean;
    } = {},
  ): Promise<BinStory> {
    const story = new BinStory(db);
    const { tenantId } = story;
    const way = more.isConsoleOnly
      ? 'channel: console'
      : `endpoint: '${more.endpoint ?? 'http://127.0.0.1:1'}', apiToken: token-${tenantId}`;
    const yaml = `
tenants: [{ tenantId: ${tenantId}, name: Demo, sites: [{ siteId: plant-1, name: P, locations: [{ locationId: hall, name: H }] }] }]
suppliers:
  - { tenantId: ${tenantId}, supplierId: bolts, name: Bolts Ltd, ${way} }
  ${more.suppliers?.replaceAll('TENANT', tenantId) ?? ''}
items: [{ tenantId: ${tenantId}, itemId: m8, sku: M8, name: M8 bolts, pieceGrams: 10 }]
supplierItems:
  - { tenantId: ${tenantId}, supplierId: bolts, itemId: m8, partNumber: B-8, orderUnit: pack, packQuantity: 10${more.supplierItem ?? ''} }
  ${more.suppliers ? `- { tenantId: ${tenantId}, supplierId: other, itemId: m8, partNumber: O-8, orderUnit: box, packQuantity: 25, preference: 2 }` : ''}
bins: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A-01, name: A 1, locationId: hall, itemId: m8, capacity: 200, sensor: { deviceId: scale-01, kind: weight }${more.bin ?? ''} }]
policies: [{ tenantId: ${tenantId}, siteId: plant-1, binId: A-01, ${more.policy ?? 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0'} }]
`;
    await seedCatalogue(db, parseCatalogue(yaml, 'test'), story.nowMs);
    return story;
  }

  get site(): { tenantId: string; siteId: string } {
    return { tenantId: this.tenantId, siteId: this.siteId };
  }

  later(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** A reading comes once more, and says something else this time. */
  async showsAgain(sequence: number, pieces: number): Promise<void> {
    await this.#apply(sequence, pieces, {});
  }

  /** The scale now shows so many pieces. */
  async shows(pieces: number, more: Partial<Reading> = {}): Promise<void> {
    this.#sequence += 1;
    await this.#apply(this.#sequence, pieces, more);
  }

  async #apply(sequence: number, pieces: number, more: Partial<Reading>): Promise<void> {
    const reading = {
      kind: 'weight',
      deviceId: 'scale-01',
      receivedAtMs: ++this.nowMs,
      clockQuality: 'gateway',
      quality: 'good',
      netGrams: pieces * 10,
      stable: true,
      ...more,
    } as Reading;
    const incoming = {
      gatewayId: 'gw-1',
      outboxId: this.#outboxId,
      readings: [{ sequence, reading, raw: reading }],
    };
    await withTenant(this.db, this.tenantId, async (tx) => {
      await applyReadings(tx, this.site, incoming, { nowMs: this.nowMs, remembered: undefined });
      // As the ledger's flush does, now and then.
      await tx
        .updateTable('sensor_state')
        .set({ last_reading_at_ms: this.nowMs })
        .where('tenant_id', '=', this.tenantId)
        .execute();
    });
  }

  /** @returns the last decision, in one word */
  async decide(): Promise<string> {
    const evaluation = await evaluate(this.db, this.site, ['A-01'], this.nowMs);
    const [failure] = evaluation.failures;
    if (failure) throw failure.error;
    return evaluation.decisions[0]?.decision ?? 'nothing';
  }

  async showsAndDecides(pieces: number): Promise<string> {
    await this.shows(pieces);
    return this.decide();
  }

  async orders() {
    return this.db
      .selectFrom('purchase_order as o')
      .innerJoin('purchase_order_line as l', 'l.order_id', 'o.order_id')
      .select(['o.order_id as orderId', 'o.order_number as orderNumber', 'o.status', 'o.supplier_id as supplierId'])
      .select([
        'l.ordered_quantity as ordered',
        'l.received_quantity as received',
        'l.open',
        'o.attention',
        'o.sentence',
      ])
      .where('o.tenant_id', '=', this.tenantId)
      .orderBy('o.order_number')
      .execute();
  }

  async openEpisodes(): Promise<number> {
    const rows = await this.db
      .selectFrom('episode')
      .select('episode_id')
      .where('tenant_id', '=', this.tenantId)
      .where('closed_at_ms', 'is', null)
      .execute();
    return rows.length;
  }
}
