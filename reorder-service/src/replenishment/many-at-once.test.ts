import { randomUUID } from 'node:crypto';

import type { Reading } from '@shelfwire/contract';
import { orderProofSchema } from '@shelfwire/contract/api';
import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';

import { parseCatalogue } from '../catalogue/catalogue-file.ts';
import { seedCatalogue } from '../catalogue/seed.ts';
import { onEachEngine } from '../database/on-each-engine.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { applyReadings } from '../stock/apply-readings.ts';
import { evaluate, type Evaluation } from './evaluate.ts';

const NOW_MS = 1_763_800_000_000;

/** A hall of shelves of one supplier, each with a scale and a policy of its own. */
class Hall {
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

  async decide(db = this.#db): Promise<Evaluation> {
    return evaluate(db, this.site, this.binIds, this.#nowMs + 1);
  }
}

onEachEngine('many shelves at once', (database) => {
  async function statementsOf(work: (db: Db) => Promise<unknown>): Promise<number> {
    let count = 0;
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => {
        count += 1;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    };
    await work(database.db.withPlugin(counting));
    return count;
  }

  test('are ordered for one by one, each with its proof, its trail, its event and its message', async () => {
    const hall = await Hall.of(database.db, 60);
    await hall.allShow(18);
    const { orders, failures } = await hall.decide();
    expect(failures).toEqual([]);
    expect(orders).toHaveLength(60);
    const { tenantId } = hall.site;
    const rows = await database.db
      .selectFrom('purchase_order as o')
      .innerJoin('purchase_order_line as l', 'l.order_id', 'o.order_id')
      .innerJoin('order_proof as p', (join) =>
        join.onRef('p.order_id', '=', 'l.order_id').onRef('p.line_number', '=', 'l.line_number'),
      )
      .innerJoin('message_outbox as m', 'm.order_id', 'o.order_id')
      .select(['o.order_number', 'o.status', 'l.bin_id', 'l.ordered_quantity', 'p.proof', 'm.payload'])
      .where('o.tenant_id', '=', tenantId)
      .where('m.channel', '=', 'supplier')
      .orderBy('o.order_number')
      .execute();
    expect(rows.map((row) => row.bin_id)).toEqual(hall.binIds);
    expect(new Set(rows.map((row) => row.order_number)).size).toBe(60);
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'APPROVED', ordered_quantity: 50 });
      expect(row.payload).toMatchObject({
        orderNumber: row.order_number,
        lines: [{ supplierPartNumber: `B-${row.bin_id}` }],
      });
      const proof = orderProofSchema.parse(row.proof);
      expect(proof.readings).toMatchObject([{ onHandAfter: 18, gatewayId: 'gw-1' }]);
      expect(proof.sentence).toContain(row.bin_id);
    }
    const trail = await database.db
      .selectFrom('order_event')
      .select(['order_id', 'event'])
      .where('tenant_id', '=', tenantId)
      .orderBy('order_event_id')
      .execute();
    for (const events of Map.groupBy(trail, (row) => row.order_id).values())
      expect(events.map(({ event }) => event)).toEqual(['OrderRecommended', 'OrderApproved']);
    expect((await hall.decide()).orders).toEqual([]);
  });

  test('cost as many statements as one shelf, whether they are held, waiting or ordered for', async () => {
    const [one, many] = [await Hall.of(database.db, 1), await Hall.of(database.db, 40)];
    for (const pieces of [undefined, 90, 18]) {
      if (pieces !== undefined) for (const hall of [one, many]) await hall.allShow(pieces);
      const ofOne = await statementsOf((db) => one.decide(db));
      expect(ofOne).toBeLessThanOrEqual(24);
      expect(await statementsOf((db) => many.decide(db))).toBe(ofOne);
    }
  });

  test('are not stopped by one of them that cannot be ordered for', async () => {
    const hall = await Hall.of(database.db, 12);
    await hall.allShow(18);
    await database.db
      .updateTable('supplier_item')
      .set({ part_number: '' })
      .where('tenant_id', '=', hall.site.tenantId)
      .where('item_id', '=', 'A-005')
      .execute();
    const { orders, failures } = await hall.decide();
    expect(failures.map(({ binId }) => binId)).toEqual(['A-005']);
    expect(orders).toHaveLength(11);
    const open = await database.db
      .selectFrom('episode')
      .select('bin_id')
      .where('tenant_id', '=', hall.site.tenantId)
      .execute();
    expect(open).toHaveLength(11);
  });
});
