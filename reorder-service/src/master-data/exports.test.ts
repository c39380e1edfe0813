import { Readable } from 'node:stream';

import { sql, type KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { BinStory } from '../replenishment/situation.ts';
import { Exports } from './exports.ts';

/** Two whole pages and a half, and one that ends exactly at a border. */
const ROWS = 2_500;
const WHOLE_PAGES = 2_000;

async function wholeOf(lines: AsyncGenerator<string>): Promise<string> {
  let text = '';
  for await (const part of lines) text += part;
  return text;
}

onEachEngine('exports of more than one page', (database) => {
  async function filled(rows: number): Promise<BinStory> {
    const story = await BinStory.of(database.db);
    const { tenantId, nowMs } = story;
    // One bin is there. Ids of which the order by characters is not the order by numbers.
    await sql`
      insert into bin (tenant_id, site_id, bin_id, name, location_id, item_id, fusion, disagree_after_ms)
      select ${tenantId}, 'plant-1', 'b-' || n, 'B', 'hall', 'm8', 'sum', 60000 from generate_series(2, ${rows}::int) n`.execute(
      database.db,
    );
    await sql`
      insert into stock_movement (tenant_id, site_id, bin_id, item_id, kind, change, on_hand_after, at_ms, recorded_at_ms,
                                  gateway_id, outbox_id, sequence, revision, evidence)
      select ${tenantId}, 'plant-1', 'A-01', 'm8', 'ADJUSTMENT', 1, n, ${nowMs}::bigint - n, ${nowMs}, 'gw', 'box', n, 0, '{}'
      from generate_series(1, ${rows}::int) n`.execute(database.db);
    // Many orders of one moment, with two lines each.
    await sql`
      with made as (
        insert into purchase_order (tenant_id, site_id, supplier_id, order_number, status, sentence, created_at_ms)
        select ${tenantId}, 'plant-1', 'bolts', 'PO-' || n, 'SENT', 's', ${nowMs}::bigint - n % 7 from generate_series(1, ${rows / 2}::int) n
        returning order_id)
      insert into purchase_order_line (order_id, line_number, tenant_id, site_id, bin_id, item_id, part_number, description,
                                       order_unit, stock_units_per_order_unit, ordered_quantity)
      select order_id, line, ${tenantId}, 'plant-1', 'A-01', 'm8', 'B-8', 'd', 'pack', 10, 10
      from made cross join generate_series(1, 2) line`.execute(database.db);
    return story;
  }
  const lists = (exports: Exports, { tenantId, nowMs }: BinStory) => {
    const range = { siteId: undefined, fromMs: 0, toMs: nowMs + 1 };
    return {
      stock: () => ({ lines: exports.stock(tenantId, undefined), key: 2 }),
      movements: () => ({ lines: exports.movements(tenantId, range), key: 0 }),
      orders: () => ({ lines: exports.orders(tenantId, range), key: [1, 2] }),
    };
  };
  /** What names each row, of all lines but the header. */
  const keysOf = (text: string, key: number | readonly number[]): string[] =>
    text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) =>
        [key]
          .flat()
          .map((column) => line.split(',')[column])
          .join('/'),
      );

  test.each(['stock', 'movements', 'orders'] as const)(
    '%s: every row once, also where the last page is full',
    { timeout: 120_000 },
    async (name) => {
      for (const rows of [ROWS, WHOLE_PAGES]) {
        const story = await filled(rows);
        const { lines, key } = lists(new Exports(database.db), story)[name]();
        const keys = keysOf(await wholeOf(lines), key);
        expect(keys).toHaveLength(rows);
        expect(new Set(keys).size).toBe(rows);
      }
    },
  );

  test.each(['stock', 'movements', 'orders'] as const)(
    '%s: rows that change or come between two pages make none of the others come twice or not at all',
    { timeout: 120_000 },
    async (name) => {
      const story = await filled(ROWS);
      const { tenantId } = story;
      const all = lists(new Exports(database.db), story);
      const before = all[name]();
      const there = keysOf(await wholeOf(before.lines), before.key);
      const { lines, key } = all[name]();
      let text = '';
      for await (const part of lines) {
        text += part;
        // At every border: everything changes, and new rows come before and behind it.
        await sql`update bin set name = name || 'x', location_id = 'hall' where tenant_id = ${tenantId}`.execute(
          database.db,
        );
        await sql`update purchase_order set status = 'ACKNOWLEDGED', version = version + 1 where tenant_id = ${tenantId}`.execute(
          database.db,
        );
        await sql`
          insert into bin (tenant_id, site_id, bin_id, name, location_id, item_id, fusion, disagree_after_ms)
          select ${tenantId}, 'plant-1', p || ${text.length}, 'B', 'hall', 'm8', 'sum', 60000 from unnest(array['a', 'b-5x', 'z']) p`.execute(
          database.db,
        );
        await sql`
          insert into stock_movement (tenant_id, site_id, bin_id, item_id, kind, change, on_hand_after, at_ms,
                                      recorded_at_ms, gateway_id, outbox_id, sequence, revision, evidence)
          values (${tenantId}, 'plant-1', 'A-01', 'm8', 'ADJUSTMENT', 1, 1, 5, 5, 'gw', 'new', ${text.length}, 0, '{}')`.execute(
          database.db,
        );
      }
      const keys = keysOf(text, key);
      expect(new Set(keys).size).toBe(keys.length);
      expect(there.filter((each) => !keys.includes(each))).toEqual([]);
    },
  );

  test('a page is read when somebody takes it, never the whole list at once', { timeout: 120_000 }, async () => {
    const story = await filled(ROWS);
    let pages = 0;
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => {
        if (JSON.stringify(node).includes('from bin b join item')) pages += 1;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    };
    const exports = new Exports(database.db.withPlugin(counting));
    const stream = Readable.from(exports.stock(story.tenantId, undefined), { highWaterMark: 1 });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    expect(pages).toBeLessThanOrEqual(1);
    await reader.next();
    expect(pages).toBeLessThanOrEqual(2);
    while ((await reader.next()).done !== true);
    expect(pages).toBe(3);
  });
});
