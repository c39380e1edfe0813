import type { OrderEvent } from '@shelfwire/contract';
import { outwardEventSchema } from '@shelfwire/contract/api';
import { expect, test } from 'vitest';

import { toOutwardEvent } from './cloud-event.ts';

const EVENT: OrderEvent = {
  schema: 'order/1',
  eventId: '8c2a6ad9-1f3f-4a4d-9c5c-0f6f4f1f2b11',
  orderId: '4b1d4ec0-3b43-4c8e-8bb2-6d1c6a7a9d10',
  orderNumber: 'PO-000001',
  supplierId: 'bolts',
  atMs: 1_700_000_000_000,
  status: 'SENT',
  lines: [
    { itemId: 'm8', binId: 'A-01', orderedQuantity: 1, confirmedQuantity: 0, shippedQuantity: 0, receivedQuantity: 0 },
  ],
  sentence: 'Ordered 1.',
};

test('an event about a traced order has the trace context as CloudEvents want it, any other has none', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const traced = toOutwardEvent({ ...EVENT, traceparent }, 'demo', 'plant-1');
  expect(outwardEventSchema.parse(traced)).toMatchObject({ specversion: '1.0', traceparent });
  expect(toOutwardEvent(EVENT, 'demo', 'plant-1')).not.toHaveProperty('traceparent');
});
