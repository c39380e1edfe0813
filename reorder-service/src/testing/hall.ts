import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import type { Urgency } from '../events/touched-bins.ts';
import { evaluate, type Evaluation } from '../replenishment/evaluate.ts';
import { applyReadings } from '../stock/apply-readings.ts';

const NOW_MS = 1_763_800_000_000;

/** For tests: a hall of shelves of one supplier, each with a scale and a policy of its own. */
export class Hall {
  readonly site = { tenantId: `t-${randomUUID().slice(0, 8)}`, siteId: 'hall' };
  readonly binIds: readonly string[];
  readonly #db: Db;
  #nowMs = NOW_MS;

  private constructor(db: Db, shelves: number) {
    this.#db = db;
    this.binIds = Array.from({ length: shelves }, (_, index) => `A-${String(index).padStart(3, '0')}`);
  }

  static async of(db: Db, shelves: number): Promise<Hall> {
    const hall = new Hall(db, shelves);
    const { tenantId, siteId } = hall.site;
    const ofEach = <Row>(row: (binId: string) => Row): Row[] => hall.binIds.map(row);
    const catalogue = {
      tenants: [
        { tenantId, name: 'T', sites: [{ siteId, name: 'Hall', locations: [{ locationId: 'hall', name: 'H' }] }] },
      ],
      suppliers: [
        { tenantId, supplierId: 'bolts', name: 'Bolts', endpoint: 'http://127.0.0.1:1', apiToken: `token-${tenantId}` },
      ],
      items: ofEach((binId) => ({ tenantId, itemId: binId, sku: binId, name: binId, pieceGrams: 10 })),
      supplierItems: ofEach((binId) => {
        const sold = { partNumber: `B-${binId}`, orderUnit: 'pack', packQuantity: 10 };
        return { tenantId, supplierId: 'bolts', itemId: binId, ...sold };
      }),
      bins: ofEach((binId) => {
        const sensor = { deviceId: `scale-${binId}`, kind: 'weight' };
        return { tenantId, siteId, binId, name: binId, locationId: 'hall', itemId: binId, capacity: 200, sensor };
      }),
      policies: ofEach((binId) => {
        return { tenantId, siteId, binId, type: 'MIN_MAX', reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0 };
      }),
    };
    await seedCatalogue(db, parseCatalogue(JSON.stringify(catalogue), 'test'), NOW_MS);
    return hall;
  }

  async allShow(pieces: number): Promise<void> {
    this.#nowMs += 1_000;
    const readings = this.binIds.map((binId, index) => {
      const reading: Reading = {
        kind: 'weight',
        deviceId: `scale-${binId}`,
        receivedAtMs: this.#nowMs,
        clockQuality: 'gateway',
        quality: 'good',
        netGrams: pieces * 10,
        stable: true,
      };
      return { sequence: index + 1, reading, raw: reading };
    });
    const incoming = { gatewayId: 'gw-1', outboxId: randomUUID(), readings };
    const context = { nowMs: this.#nowMs, remembered: undefined };
    await withTenant(this.#db, this.site.tenantId, (tx) => applyReadings(tx, this.site, incoming, context));
  }

  /** After what the shelves showed last. */
  get nowMs(): number {
    return this.#nowMs + 1;
  }

  async decide(db = this.#db, urgency: Urgency = 'now'): Promise<Evaluation> {
    return evaluate(db, this.site, this.binIds, this.nowMs, urgency);
  }
}
