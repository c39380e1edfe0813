import type { EventDelivery, EventSubscription } from '../api/types';

/** What most systems want to be told; others are typed in (docs/integration.md lists them). */
export const EVENT_TYPES = [
  'shelfwire.order.*',
  'shelfwire.order.sent.v1',
  'shelfwire.order.acknowledged.v1',
  'shelfwire.order.goods-received.v1',
  'shelfwire.stock.changed.v1',
  'shelfwire.policy.*',
  'shelfwire.epcis.captured.v1',
  'shelfwire.*',
];

/** How it stands with a system, by what a person should know of first. */
export function standingOf(webhook: EventSubscription): { label: string; color: string; meaning: string } {
  if (webhook.disabledAtMs !== null) {
    const because = webhook.disabledBecause ?? 'it took nothing';
    return { label: 'Disabled', color: 'red', meaning: `Nothing is sent: ${because}. Saving it again enables it.` };
  }
  if (webhook.failures > 0) {
    const times = webhook.failures === 1 ? 'The last attempt' : `The last ${webhook.failures} attempts`;
    return { label: 'Failing', color: 'orange', meaning: `${times} failed: ${webhook.lastError ?? 'no reason given'}` };
  }
  if (webhook.dead > 0) return { label: 'Events given up', color: 'yellow', meaning: 'Some events never arrived.' };
  if (webhook.lastDeliveredAtMs === null) {
    return { label: 'Nothing sent yet', color: 'gray', meaning: 'Send a test event to see whether it arrives.' };
  }
  return { label: 'Working', color: 'teal', meaning: 'The last event arrived.' };
}

export const STATE_LOOKS = {
  waiting: { label: 'Waiting', color: 'blue' },
  delivered: { label: 'Delivered', color: 'teal' },
  dead: { label: 'Given up', color: 'red' },
} as const satisfies Record<EventDelivery['state'], { label: string; color: string }>;
