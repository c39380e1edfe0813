import { expect, test } from 'vitest';

import { onEachEngine } from '../database/on-each-engine.ts';
import { withTenant } from '../database/with-tenant.ts';
import { BinStory } from '../replenishment/situation.ts';
import { approve, type ApprovalResult } from './approve.ts';
import { lockOrder } from './order-store.ts';

onEachEngine('approval', (database) => {
  async function waiting(): Promise<{
    story: BinStory;
    by: (userId: string, role: string) => Promise<ApprovalResult>;
  }> {
    const story = await BinStory.of(database.db, {
      policy: 'type: MIN_MAX, reorderPoint: 20, orderUpTo: 60, confirmSeconds: 0, autoApprove: false',
      supplierItem: ', price: 250.5',
    });
    await story.shows(18);
    await story.decide();
    const [order] = await story.orders();
    expect(order?.status).toBe('PENDING_APPROVAL');
    const by = (userId: string, role: string): Promise<ApprovalResult> =>
      withTenant(database.db, story.tenantId, async (tx) => {
        const locked = await lockOrder(tx, story.tenantId, order?.orderId ?? '');
        if (!locked) throw new Error('no order');
        return approve(tx, locked, { userId, email: `${userId}@demo.local`, role }, story.nowMs);
      });
    return { story, by };
  }

  test('without a rule one buyer is enough, an operator is not', async () => {
    const { by } = await waiting();
    expect(await by('olga', 'operator')).toMatchObject({ ok: false, code: 'APPROVAL_NOT_ALLOWED' });
    expect(await by('ben', 'buyer')).toMatchObject({ ok: true, status: 'APPROVED' });
    expect(await by('ben', 'buyer')).toMatchObject({ ok: false, code: 'ORDER_STATUS_CONFLICT' });
  });

  test('above its amount a rule asks for two people, and the same one counts once', async () => {
    const { story, by } = await waiting();
    const rule = { tenant_id: story.tenantId, required_role: 'buyer', approvals: 2 };
    await database.db
      .insertInto('approval_rule')
      .values([
        { ...rule, rule_id: 'dear', min_amount_cents: 100_000 },
        { ...rule, rule_id: 'very dear', min_amount_cents: 1_000_000, required_role: 'admin' },
      ])
      .execute();
    expect(await by('ben', 'buyer')).toMatchObject({ ok: true, status: 'PENDING_APPROVAL' });
    expect(await by('ben', 'buyer')).toMatchObject({ ok: true, status: 'PENDING_APPROVAL' });
    expect(await by('ada', 'admin')).toMatchObject({ ok: true, status: 'APPROVED' });
    const sent = await database.db
      .selectFrom('message_outbox')
      .select('channel')
      .where('tenant_id', '=', story.tenantId)
      .where('channel', '=', 'supplier')
      .execute();
    expect(sent).toHaveLength(1);
  });
});
