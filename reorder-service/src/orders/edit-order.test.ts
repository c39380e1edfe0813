import type { EditOrder } from '@shelfwire/contract/api';
import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { BinStory } from '../replenishment/situation.ts';
import { approve } from './approve.ts';
import { editOrder } from './edit-order.ts';
import { lockOrder } from './order-store.ts';

const SECOND_SUPPLIER =
  "- { tenantId: TENANT, supplierId: other, name: Other Ltd, endpoint: 'http://127.0.0.1:1', apiToken: other-TENANT }";
const ANN = { userId: 'ann', email: 'ann@demo.local', role: 'buyer' };
const BEN = { userId: 'ben', email: 'ben@demo.local', role: 'buyer' };

onEachEngine('editing an order', (database) => {
  async function ordered(more: Parameters<typeof BinStory.of>[1] = {}): Promise<BinStory> {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2', ...more });
    await story.showsAndDecides(18);
    return story;
  }

  const inOrder = async <Result>(
    story: BinStory,
    work: (
      order: NonNullable<Awaited<ReturnType<typeof lockOrder>>>,
      tx: Parameters<typeof lockOrder>[0],
    ) => Promise<Result>,
  ): Promise<Result> => {
    const orderId = (await story.orders())[0]?.orderId ?? '';
    return withTenant(database.db, story.tenantId, async (tx) => {
      const order = await lockOrder(tx, story.tenantId, orderId);
      if (!order) throw new Error('no such order');
      return work(order, tx);
    });
  };
  const edit = (story: BinStory, change: EditOrder, by = ANN) =>
    inOrder(story, (order, tx) => editOrder(tx, order, change, { ...by, nowMs: story.nowMs }));
  const approves = (story: BinStory, by: typeof ANN) =>
    inOrder(story, (order, tx) => approve(tx, order, by, story.nowMs));

  const outboxOf = (story: BinStory) =>
    database.db
      .selectFrom('message_outbox')
      .select(['recipient', 'payload'])
      .where('tenant_id', '=', story.tenantId)
      .where('channel', '=', 'supplier')
      .execute();

  const rule = (story: BinStory, more: { min_amount_cents?: number; approvals?: number }) =>
    database.db
      .insertInto('approval_rule')
      .values({ tenant_id: story.tenantId, rule_id: 'big', required_role: 'buyer', ...more })
      .execute();

  test('changes quantity, date and note: the supplier gets it as it is now, once', async () => {
    const story = await ordered();
    const requestedDeliveryAtMs = story.nowMs + 86_400_000;
    const change = { lines: [{ lineNumber: 1, orderedUnits: 8 }], requestedDeliveryAtMs, note: 'ring twice' };
    expect(await edit(story, change)).toMatchObject({ ok: true, order: { status: 'APPROVED' } });
    expect(await story.orders()).toMatchObject([
      {
        ordered: 80,
        sentence: expect.stringMatching(/Changed by ann@demo.local: .*8 packs = 80 pcs of M8 bolts instead of 50 pcs/),
      },
    ]);
    expect(await outboxOf(story)).toMatchObject([
      { payload: { note: 'ring twice', requestedDeliveryAtMs, lines: [{ orderedUnits: 8, unitPriceCents: 200 }] } },
    ]);
    const trail = await database.db
      .selectFrom('order_event')
      .select(['actor', 'details'])
      .where('tenant_id', '=', story.tenantId)
      .where('event', '=', 'OrderEdited')
      .execute();
    expect(trail).toMatchObject([
      {
        actor: ANN.email,
        details: { changes: expect.arrayContaining([{ field: 'line 1', name: 'M8 bolts', from: 50, to: 80 }]) },
      },
    ]);
  });

  test('never loses the cover and never makes a second order, however small the order becomes', async () => {
    const story = await ordered({ suppliers: SECOND_SUPPLIER });
    await edit(story, { lines: [{ lineNumber: 1, orderedUnits: 1 }] });
    for (let i = 0; i < 5; i += 1) expect(await story.later(3_600_000).showsAndDecides(18 - i)).toBe('COVERED');
    expect(await story.orders()).toMatchObject([{ ordered: 10, open: true }]);
    expect(await story.openEpisodes()).toBe(1);
  });

  test('another supplier gets it in its own packs, never less than was ordered, and the first gets nothing', async () => {
    const story = await ordered({ suppliers: SECOND_SUPPLIER });
    expect(await edit(story, { supplierId: 'other' })).toMatchObject({ ok: true });
    expect(await story.orders()).toMatchObject([{ supplierId: 'other', ordered: 50 }]);
    expect(await outboxOf(story)).toMatchObject([
      { recipient: 'other', payload: { lines: [{ supplierPartNumber: 'O-8', orderedUnits: 2, unit: 'box' }] } },
    ]);
    expect(await story.showsAndDecides(18)).toBe('COVERED');
  });

  test.each([
    [
      { lines: [{ lineNumber: 1, orderedUnits: 7 }] },
      'EDIT_REFUSED',
      'M8 bolts: the supplier sells multiples of 5: 5 or 10',
    ],
    [{ lines: [{ lineNumber: 1, orderedUnits: 100 }] }, 'EDIT_REFUSED', 'M8 bolts: the supplier sells 50 at most'],
    [{ lines: [{ lineNumber: 4, orderedUnits: 5 }] }, 'LINE_NOT_FOUND', /has no line 4/],
    [{ supplierId: 'other' }, 'EDIT_REFUSED', 'other does not sell M8 bolts'],
    [{ version: 99, note: 'x' }, 'ORDER_STATUS_CONFLICT', /^Somebody has changed/],
  ] as const)('to %j is refused: %s', async (change, code, detail) => {
    const story = await ordered({ supplierItem: ', orderMultiple: 5, maxOrderQuantity: 50' });
    const answer = await edit(story, change as EditOrder);
    expect(answer).toMatchObject({ ok: false, code, detail: expect.stringMatching(detail) });
    expect(await outboxOf(story)).toHaveLength(1);
  });

  test('is not possible any more once the supplier may have it', async () => {
    const story = await ordered();
    await database.db
      .updateTable('message_outbox')
      .set({ attempts: 1 })
      .where('tenant_id', '=', story.tenantId)
      .where('channel', '=', 'supplier')
      .execute();
    expect(await edit(story, { note: 'x' })).toMatchObject({ ok: false, code: 'ORDER_STATUS_CONFLICT' });
  });

  test('asks the approval rules again: a larger order waits, and who made it larger is not the only one to approve', async () => {
    const story = await ordered();
    await rule(story, { min_amount_cents: 1_500 });
    expect(await edit(story, { lines: [{ lineNumber: 1, orderedUnits: 8 }] })).toMatchObject({
      order: { status: 'PENDING_APPROVAL' },
    });
    expect(await outboxOf(story)).toEqual([]);
    expect(await approves(story, ANN)).toMatchObject({ ok: true, status: 'PENDING_APPROVAL' });
    expect(await approves(story, BEN)).toMatchObject({ ok: true, status: 'APPROVED' });
    expect(await outboxOf(story)).toMatchObject([{ payload: { lines: [{ orderedUnits: 8 }] } }]);
  });

  test('makes approvals for the order as it was void', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2' });
    await rule(story, { approvals: 2 });
    await story.showsAndDecides(18);
    expect(await approves(story, BEN)).toMatchObject({ status: 'PENDING_APPROVAL' });
    await edit(story, { lines: [{ lineNumber: 1, orderedUnits: 9 }] });
    expect(await approves(story, ANN)).toMatchObject({ status: 'PENDING_APPROVAL' });
    expect(await approves(story, BEN)).toMatchObject({ status: 'APPROVED' });
  });

  test('an order that is split by the supplier’s maximum evades no rule: the rule looks at all of it', async () => {
    const story = await BinStory.of(database.db, { supplierItem: ', price: 2, maxOrderQuantity: 2' });
    await rule(story, { min_amount_cents: 900 });
    await story.showsAndDecides(18);
    // 5 packs in three orders of at most 2: 4 + 4 + 2 in money, 10 together.
    const orders = await story.orders();
    expect(orders.map(({ ordered: quantity, status }) => [quantity, status])).toEqual([
      [20, 'PENDING_APPROVAL'],
      [20, 'PENDING_APPROVAL'],
      [10, 'PENDING_APPROVAL'],
    ]);
  });
});
