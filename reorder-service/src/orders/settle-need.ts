import type { NeedAfterwards } from '@shelfwire/contract/api';

import type { Tx } from '../database/with-tenant.ts';
import type { Order } from './order.ts';
import { closeEpisodesOf, episodesOf } from './order-store.ts';

/** What becomes of the needs of an order that was called off: ordered anew by the policy, or left until then. */
export async function settleNeed(
  tx: Tx,
  order: Order,
  need: NeedAfterwards,
  by: { email: string; reason: string; nowMs: number },
): Promise<void> {
  const episodeIds = episodesOf(order);
  if (episodeIds.length === 0) return;
  if (need.kind === 'release') return closeEpisodesOf(tx, order, episodeIds, `called off: ${by.reason}`, by.nowMs);
  await tx
    .updateTable('episode')
    .set({ snoozed_until_ms: need.untilMs, snoozed_by: by.email, snoozed_because: by.reason })
    .where('episode_id', 'in', episodeIds)
    .where('closed_at_ms', 'is', null)
    .execute();
}
