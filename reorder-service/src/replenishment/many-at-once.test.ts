import { orderProofSchema } from '@shelfwire/contract/api';
import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import type { Db } from '../database/open-database.ts';
import { Hall } from '../testing/hall.ts';

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
    const ofOrders = Map.groupBy(trail, (row) => row.order_id);
    expect(ofOrders.size).toBe(60);
    for (const events of ofOrders.values())
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

  test('of which most are sure to change are loaded once, and ordered for in the end as the others are', async () => {
    const hall = await Hall.of(database.db, 120);
    const held = await hall.decide();
    expect(held.decisions.map(({ decision }) => decision)).toEqual(hall.binIds.map(() => 'HELD'));
    await hall.allShow(100);
    let loaded = 0;
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => {
        if (JSON.stringify(node).includes('last_ordered_at_ms')) loaded += 1;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    };
    const waiting = await hall.decide(database.db.withPlugin(counting));
    expect(waiting.decisions.map(({ decision }) => decision)).toEqual(hall.binIds.map(() => 'WAIT'));
    expect(loaded).toBe(1);
    await database.db
      .updateTable('item_location')
      .set({ decision: null })
      .where('tenant_id', '=', hall.site.tenantId)
      .execute();
    await hall.allShow(18);
    const { orders, failures } = await hall.decide();
    expect(failures).toEqual([]);
    expect(orders.map(({ lines }) => lines[0]?.binId)).toEqual(hall.binIds);
    expect((await hall.decide()).orders).toEqual([]);
  });

  test('that are low are looked at once, under their locks, and each is ordered for once', async () => {
    const [usual, low] = [await Hall.of(database.db, 1), await Hall.of(database.db, 60)];
    for (const hall of [usual, low]) await hall.allShow(18);
    const ofUsual = await statementsOf((db) => usual.decide(db));
    const { orders, failures } = await low.decide(database.db, 'first');
    expect(failures).toEqual([]);
    expect(orders.map(({ lines }) => lines[0]?.binId)).toEqual(low.binIds);
    expect((await low.decide(database.db, 'first')).orders).toEqual([]);
    const single = await Hall.of(database.db, 1);
    await single.allShow(18);
    expect(await statementsOf((db) => single.decide(db, 'first'))).toBeLessThanOrEqual(ofUsual - 5);
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
