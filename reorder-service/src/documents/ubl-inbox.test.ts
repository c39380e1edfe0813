import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { changeOrder, lockOrder } from '../orders/order-store.ts';
import { BinStory, testMetrics } from '../replenishment/situation.ts';
import { SupplierInbox } from '../suppliers/supplier-inbox.ts';
import { despatchAdvice, orderResponse } from './ubl-examples.ts';
import { UblInbox } from './ubl-inbox.ts';

onEachEngine('documents in UBL', (database) => {
  async function ordered() {
    const story = await BinStory.of(database.db);
    await story.showsAndDecides(50);
    await story.showsAndDecides(15);
    const [order] = await story.orders();
    if (!order) throw new Error('nothing was ordered');
    await withTenant(database.db, story.tenantId, async (tx) => {
      const locked = await lockOrder(tx, story.tenantId, order.orderId);
      if (locked) await changeOrder(tx, locked, { kind: 'sent' }, { actor: 'test', nowMs: story.nowMs });
    });
    const clock = (): number => story.nowMs;
    const inbox = new SupplierInbox(database.db, clock, testMetrics(), new TouchedBins());
    const ubl = new UblInbox(database.db, clock, inbox);
    const { orderNumber } = order;
    const despatched = `<cac:DespatchLine><cbc:ID>1</cbc:ID><cbc:DeliveredQuantity unitCode="PK">5</cbc:DeliveredQuantity><cac:OrderLineReference><cbc:LineID>1</cbc:LineID></cac:OrderLineReference></cac:DespatchLine>`;
    return { story, ubl, orderNumber, advice: despatchAdvice(despatched, { orderNumber, sscc: '340123450000000018' }) };
  }

  test('an answer and a shipment move the order as JSON does, and count once however often they come', async () => {
    const { story, ubl, orderNumber, advice } = await ordered();
    const send = (xml: string) => ubl.apply(story.tenantId, 'bolts', xml);
    const accepted = orderResponse('', { code: 'AP', orderNumber });
    expect(await send(accepted)).toMatchObject({ ok: true, status: 'ACKNOWLEDGED', repeated: false });
    expect(await send(accepted)).toMatchObject({ ok: true, repeated: true });
    expect(await send(advice)).toMatchObject({ ok: true, status: 'SHIPPED', repeated: false });
    expect(await send(advice)).toMatchObject({ ok: true, repeated: true });
    const receipts = await database.db
      .selectFrom('order_receipt')
      .select(['status', 'sscc'])
      .where('tenant_id', '=', story.tenantId)
      .execute();
    expect(receipts).toEqual([{ status: 'ANNOUNCED', sscc: '340123450000000018' }]);
    // The shelf is low still, and what is on its way covers it: nothing is ordered twice.
    await story.decide();
    expect(await story.orders()).toHaveLength(1);
  });

  test('nothing of a document with a mistake is taken, and another supplier’s order is none', async () => {
    const { story, ubl, orderNumber, advice } = await ordered();
    const wrong = advice.replace('<cbc:LineID>1</cbc:LineID>', '<cbc:LineID>9</cbc:LineID>');
    expect(await ubl.apply(story.tenantId, 'bolts', wrong)).toMatchObject({
      ok: false,
      code: 'DOCUMENT_REFUSED',
      problems: [{ where: '/DespatchAdvice/cac:DespatchLine/cac:OrderLineReference/cbc:LineID' }],
    });
    expect((await story.orders())[0]).toMatchObject({ status: 'SENT' });
    const stranger = await ubl.apply(story.tenantId, 'other', orderResponse('', { code: 'RE', orderNumber }));
    expect(stranger).toMatchObject({ ok: false, code: 'ORDER_NOT_FOUND' });
    // Not even what answers nothing tells that the order is there, and how it stands.
    const received = await ubl.apply(story.tenantId, 'other', orderResponse('', { code: 'AB', orderNumber }));
    expect(received).toMatchObject({ ok: false, code: 'ORDER_NOT_FOUND' });
    expect(await ubl.apply(story.tenantId, 'bolts', orderResponse('', { code: 'AB', orderNumber }))).toMatchObject({
      ok: true,
      status: 'SENT',
    });
  });
});
