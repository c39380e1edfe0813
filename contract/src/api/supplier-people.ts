import { z } from 'zod';

import {
  despatchAdviceMessageSchema,
  orderCancellationAnswerSchema,
  orderChangeAnswerSchema,
  orderResponseMessageSchema,
} from '../supplier-message.ts';

/** The last of 18 digits makes the weighted sum a multiple of ten (GS1 General Specifications, section 7.9). */
function hasCheckDigit(sscc: string): boolean {
  const sum = Array.from(sscc).reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** What a person of a supplier says about an order; as from the supplier’s system, and repeat-safe by messageId. */
export const acknowledgeOrderSchema = orderResponseMessageSchema.pick({
  messageId: true,
  supplierOrderNumber: true,
  lines: true,
});
export type AcknowledgeOrder = z.infer<typeof acknowledgeOrderSchema>;

export const announceShipmentSchema = despatchAdviceMessageSchema
  .pick({ messageId: true, expectedDeliveryAtMs: true, lines: true })
  .extend({
    sscc: z
      .string()
      .regex(/^\d{18}$/, 'an SSCC has 18 digits')
      .refine(hasCheckDigit, 'the check digit of the SSCC is wrong')
      .optional(),
  })
  .refine(({ lines }) => lines.some((line) => line.shippedUnits > 0), {
    path: ['lines'],
    message: 'nothing is on its way',
  });
export type AnnounceShipment = z.infer<typeof announceShipmentSchema>;

export const answerCancellationSchema = orderCancellationAnswerSchema.pick({
  messageId: true,
  answer: true,
  reason: true,
});

export const answerUrgingSchema = orderChangeAnswerSchema.pick({
  messageId: true,
  answer: true,
  promisedDeliveryAtMs: true,
  reason: true,
});
