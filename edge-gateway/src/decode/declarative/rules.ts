import { z } from 'zod';

import { isMeasuredUnit } from '../measured-value.ts';
import { compileExpression } from './expression.ts';

/** The form of the rules in `gateway.yaml`, under the device's `constants`. */

const ENTRIES_MAX = 64;

const expression = z
  .string()
  .min(1)
  .max(500)
  .superRefine((text, context) => {
    try {
      compileExpression(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'no JSONata' });
    }
  });

const unit = z.string().refine(isMeasuredUnit, 'a mass, mm, cm, m, %, battery%, V, dBm, °C, pcs or counts');
const buttonAction = z.enum(['order', 'delivered']);

const readingRuleSchema = z
  .strictObject({
    value: expression.optional().describe('JSONata: the number, or nothing where the message does not carry it'),
    unit: unit.optional().describe('what the number is: a mass, mm, cm, m, %, battery%, V, dBm, °C, pcs, counts'),
    button: buttonAction.optional().describe('instead of value and unit: a press, whenever `when` holds'),
    when: expression.optional().describe('JSONata: only messages for which it is true'),
    stable: expression.optional().describe('JSONata, for a weight: true while nothing moves'),
    time: expression.optional().describe('JSONata: Unix time in s or ms, or an ISO 8601 text with a zone'),
    sensorId: z.string().min(1).max(64).optional(),
  })
  .refine((rule) => (rule.value !== undefined && rule.unit !== undefined) !== (rule.button !== undefined), {
    message: 'give value and unit, or button',
  })
  .refine((rule) => rule.button === undefined || rule.when !== undefined, { message: 'a button needs when' });
export type ReadingRule = z.infer<typeof readingRuleSchema>;

export const FIELD_TYPES = [
  'u8', 'i8', 'u16be', 'u16le', 'i16be', 'i16le', 'u24be', 'u24le', 'u32be', 'u32le', 'i32be', 'i32le', 'f32be', 'f32le',
] as const; // prettier-ignore

const place = { at: z.int().min(-1_024).max(1_024).describe('byte, counted from 0; negative: from the end') };
const integer = z.coerce.number().pipe(z.int().min(0).max(0xffff_ffff));

const fieldRuleSchema = z.strictObject({
  ...place,
  type: z.enum(FIELD_TYPES),
  mask: integer.optional().describe('bits that are the number; shifted down to bit 0'),
  scale: z.number().default(1).describe('unit per digit'),
  offset: z.number().default(0).describe('added after scaling'),
  invalid: z.array(z.number()).default([]).describe('raw values that mean "not measured"'),
  unit,
  when: z
    .strictObject({ ...place, mask: integer.optional(), equals: integer })
    .optional()
    .describe('only frames in which that byte has that value'),
  fPort: z.int().min(0).max(255).optional().describe('only frames of that LoRaWAN port'),
  sensorId: z.string().min(1).max(64).optional(),
});
export type FieldRule = z.infer<typeof fieldRuleSchema>;

export const rulesSchema = z
  .object({
    payload: z.enum(['json', 'text', 'bytes']).default('json').describe('text: the expressions get it as $'),
    readings: z.array(readingRuleSchema).max(ENTRIES_MAX).default([]).describe('for json and text'),
    fields: z.array(fieldRuleSchema).max(ENTRIES_MAX).default([]).describe('for bytes'),
  })
  .superRefine((rules, context) => {
    const [wanted, other] =
      rules.payload === 'bytes' ? (['fields', 'readings'] as const) : (['readings', 'fields'] as const);
    if (rules[wanted].length === 0) {
      context.addIssue({ code: 'custom', path: [wanted], message: `payload ${rules.payload} needs ${wanted}` });
    }
    if (rules[other].length > 0) {
      context.addIssue({ code: 'custom', path: [other], message: `payload ${rules.payload} has no ${other}` });
    }
  });
export type Rules = z.infer<typeof rulesSchema>;
