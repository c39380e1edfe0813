import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openMigratedPglite } from '../database/migrated-database.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { BinStory } from '../replenishment/situation.ts';
import { approve } from './approve.ts';
import type { OrderCommand } from './order-command.ts';
import { changeOrder, lockOrder } from './order-store.ts';

const DAY_MS = 86_400_000;
const SECOND_SUPPLIER =
  "- { tenantId: TENANT, supplierId: other, name: Other Ltd, endpoint: 'http://127.0.0.1:1', apiToken: other-TENANT }";
const ASKS = 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0, autoApprove: false';

let db: Db;
beforeAll(async () => {
  db = await openMigratedPglite();
});
afterAll(() => db.destroy());

async function happens(story: BinStory, command: OrderCommand | 'approve'): Promise<void> {
  const [first] = await story.orders();
  await withTenant(db, story.tenantId, async (tx) => {
    const order = await lockOrder(tx, story.tenantId, first?.orderId ?? '');
    if (!order) throw new Error('no such order');
    const changed =
      command === 'approve'
        ? await approve(tx, order, { userId: 'ann', email: 'ann@demo.local', role: 'buyer' }, story.nowMs)
        : await changeOrder(tx, order, command, { actor: 'test', nowMs: story.nowMs });
    if (!changed.ok) throw new Error(changed.detail);
  });
}

describe('an order that waited for a person', () => {
  test('is due its whole lead time after it was approved, so that it is not ordered twice', async () => {
    const story = await BinStory.of(db, {
      policy: ASKS,
      suppliers: SECOND_SUPPLIER,
      supplierItem: ', leadTimeDays: 2',
    });
    expect(await story.showsAndDecides(18)).toBe('ORDER');
    expect(await story.later(5 * DAY_MS).showsAndDecides(18)).toBe('COVERED');
    await happens(story, 'approve');
    expect(await story.later(2 * DAY_MS).showsAndDecides(18)).toBe('COVERED');
    expect(await story.orders()).toHaveLength(1);
    expect(await story.later(1.1 * DAY_MS).showsAndDecides(18)).toBe('ORDER');
  });

  test('is due its whole lead time after it was released', async () => {
    const story = await BinStory.of(db, { suppliers: SECOND_SUPPLIER, supplierItem: ', leadTimeDays: 2' });
    await story.showsAndDecides(18);
    await happens(story, { kind: 'hold', note: 'not sent after 4 attempts' });
    await happens(story.later(2.9 * DAY_MS), { kind: 'release' });
    expect(await story.later(2.5 * DAY_MS).showsAndDecides(18)).toBe('COVERED');
    expect(await story.orders()).toHaveLength(1);
  });
});

describe('an approval rule', () => {
  const ordersOf = async (story: BinStory) => story.orders().then((orders) => orders.map(({ status }) => status));

  async function ruledStory(minAmountCents: number, price: string): Promise<BinStory> {
    const story = await BinStory.of(db, { supplierItem: price });
    await db
      .insertInto('approval_rule')
      .values({ tenant_id: story.tenantId, rule_id: 'big', min_amount_cents: minAmountCents, required_role: 'admin' })
      .execute();
    await story.showsAndDecides(18);
    return story;
  }

  test('that an order meets is not bypassed by a policy that approves by itself', async () => {
    expect(await ordersOf(await ruledStory(5_000, ', price: 10'))).toEqual(['PENDING_APPROVAL']);
  });

  test('that an order does not meet leaves it to the policy', async () => {
    expect(await ordersOf(await ruledStory(5_001, ', price: 10'))).toEqual(['APPROVED']);
  });

  test('is asked about the amount of the order, which parts of a cent make too', async () => {
    const cheap = ', price: 0.004';
    // Five packs at 0.4 cents are 2 cents.
    expect(await ordersOf(await ruledStory(2, cheap))).toEqual(['PENDING_APPROVAL']);
    expect(await ordersOf(await ruledStory(3, cheap))).toEqual(['APPROVED']);
  });

  test.each(['', ', price: 0'])('is met where the price is not known: "%s"', async (price) => {
    expect(await ordersOf(await ruledStory(5_000, price))).toEqual(['PENDING_APPROVAL']);
  });
});
