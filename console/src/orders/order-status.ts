import type { OrderStatus } from '../api/types';

interface OrderStatusLook {
  label: string;
  color: string;
  /** What it means, and who has to move. */
  meaning: string;
}

export const ORDER_STATUS_LOOKS: Readonly<Record<OrderStatus, OrderStatusLook>> = {
  DRAFT: { label: 'Draft', color: 'gray', meaning: 'Being put together' },
  PENDING_APPROVAL: { label: 'To be approved', color: 'yellow', meaning: 'A buyer has to approve it' },
  APPROVED: { label: 'Approved', color: 'cyan', meaning: 'About to be sent' },
  SENT: { label: 'Sent', color: 'blue', meaning: 'The supplier has it and has not answered yet' },
  ACKNOWLEDGED: { label: 'Acknowledged', color: 'teal', meaning: 'The supplier has confirmed it' },
  PARTIALLY_SHIPPED: { label: 'Partly shipped', color: 'indigo', meaning: 'A part is on its way' },
  SHIPPED: { label: 'Shipped', color: 'indigo', meaning: 'On its way' },
  PARTIALLY_RECEIVED: { label: 'Partly received', color: 'lime', meaning: 'A part has arrived' },
  RECEIVED: { label: 'Received', color: 'green', meaning: 'Arrived' },
  CLOSED: { label: 'Closed', color: 'gray', meaning: 'Done' },
  REJECTED: { label: 'Rejected', color: 'red', meaning: 'It will not be delivered' },
  ON_HOLD: { label: 'On hold', color: 'orange', meaning: 'A person has to look at it' },
  CANCELLED: { label: 'Cancelled', color: 'gray', meaning: 'It was called off' },
};

/** The way of an order that goes well, for the progress shown with it. */
export const ORDER_STAGES = [
  { label: 'Decided', reachedBy: ['DRAFT', 'PENDING_APPROVAL', 'APPROVED'] },
  { label: 'Sent', reachedBy: ['SENT'] },
  { label: 'Acknowledged', reachedBy: ['ACKNOWLEDGED'] },
  { label: 'Shipped', reachedBy: ['PARTIALLY_SHIPPED', 'SHIPPED'] },
  { label: 'Received', reachedBy: ['PARTIALLY_RECEIVED', 'RECEIVED', 'CLOSED'] },
] as const satisfies readonly { label: string; reachedBy: readonly OrderStatus[] }[];

/** @returns the place in ORDER_STAGES; -1 for an order that left the way */
export function stageOf(status: OrderStatus): number {
  return ORDER_STAGES.findIndex(({ reachedBy }) => (reachedBy as readonly OrderStatus[]).includes(status));
}

/** Of the stage that it has reached, a part is still to come. */
export function isInPart(status: OrderStatus): boolean {
  return status === 'PARTIALLY_SHIPPED' || status === 'PARTIALLY_RECEIVED';
}
