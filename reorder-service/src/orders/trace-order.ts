import { recordSpan } from '@shelfwire/contract/service';

import type { Order } from './order.ts';
import type { OrderCommand } from './order-command.ts';

/** Steps that an order's trace shows. Its sending is noted where it happens, with its duration. */
const STEPS: Partial<Record<OrderCommand['kind'], string>> = {
  approve: 'approve order',
  acknowledge: 'acknowledge order',
  despatch: 'ship order',
  receive: 'receive goods',
  'cancellation-answer': 'cancel order',
  close: 'close order',
};

/** Notes a step of a traced order that has just happened to it. */
export function traceStep(order: Order, command: OrderCommand['kind'], atMs: number): void {
  const name = STEPS[command];
  if (name === undefined || order.traceparent === null) return;
  const attributes = { 'shelfwire.order': order.orderId, 'shelfwire.order.status': order.status };
  recordSpan(name, { traceparent: order.traceparent, startMs: atMs, endMs: Date.now(), attributes });
}
