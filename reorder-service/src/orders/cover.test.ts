import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openMigratedPglite } from '../database/migrated-database.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { BinStory } from '../replenishment/situation.ts';
import type { OrderCommand } from './order-command.ts';
import { changeOrder, lockOrder } from './order-store.ts';

const DAY_MS = 86_400_000;
const SECOND_SUPPLIER =
  "- { tenantId: TENANT, supplierId: other, name: Other Ltd, endpoint: 'http://127.0.0.1:1', apiToken: other-TENANT }";

let db: Db;
beforeAll(async () => {
  db = await openMigratedPglite();
});
afterAll(() => db.destroy());

async function promised(days: number, more: Parameters<typeof BinStory.of>[1] = {}): Promise<BinStory> {
  const story = await BinStory.of(db, { supplierItem: ', leadTimeDays: 3', ...more });
  await story.showsAndDecides(18);
  const [ordered] = await story.orders();
  const promisedDeliveryAtMs = story.nowMs + days * DAY_MS;
  const commands: OrderCommand[] = [
    { kind: 'sent' },
    {
      kind: 'acknowledge',
      lines: [{ lineNumber: 1, code: 'DR', confirmedQuantity: ordered?.ordered ?? 0, promisedDeliveryAtMs }],
    },
  ];
  for (const command of commands) {
    await withTenant(db, story.tenantId, async (tx) => {
      const order = await lockOrder(tx, story.tenantId, ordered?.orderId ?? '');
      if (order) await changeOrder(tx, order, command, { actor: 'test', nowMs: story.nowMs });
    });
  }
  return story;
}

describe('a promise covers an empty shelf', () => {
  test('while it comes before somebody else could deliver', async () => {
    const story = await promised(8, { suppliers: SECOND_SUPPLIER });
    expect(await story.showsAndDecides(0)).toBe('COVERED');
  });

  test('not if it is for long after: the next supplier is asked, once, and the order says why', async () => {
    const story = await promised(90, { suppliers: SECOND_SUPPLIER });
    expect(await story.showsAndDecides(0)).toBe('ORDER');
    const [, second] = await story.orders();
    expect(second).toMatchObject({
      supplierId: 'other',
      sentence: expect.stringMatching(
        /0 pcs on hand \+ 0 on order = 0 is .*, and PO-000001 is promised only for 2026-02-20 and does not count; urgent: the shelf is empty and its cover is late\.$/,
      ),
    });
    expect(await story.showsAndDecides(0)).toBe('COVERED');
    expect(await story.orders()).toHaveLength(2);
  });

  test('not if nobody else sells it either: a person is asked', async () => {
    const story = await promised(90);
    expect(await story.showsAndDecides(0)).toBe('HELD');
  });

  test('from the day on that makes it the soonest that there is', async () => {
    const story = await promised(90);
    expect(await story.later(87 * DAY_MS).showsAndDecides(0)).toBe('COVERED');
  });
});
