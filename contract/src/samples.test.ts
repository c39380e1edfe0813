import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';
import type { z } from 'zod';

import { confirmationSchema } from './confirmation.ts';
import { gatewayConfigSchema } from './gateway-config.ts';
import { gatewayStatusSchema } from './gateway-status.ts';
import { orderEventSchema } from './order-event.ts';
import { readingBatchSchema } from './reading-batch.ts';
import { stockEventSchema } from './stock-event.ts';
import {
  despatchAdviceMessageSchema,
  orderResponseMessageSchema,
  purchaseOrderMessageSchema,
} from './supplier-message.ts';

// The first word of a sample's name says which message it is. Samples are never edited, only added: what a gateway of
// last year sends must be read by the centre of today.
const SCHEMAS: Record<string, z.ZodType> = {
  readings: readingBatchSchema,
  confirmation: confirmationSchema,
  'gateway-status': gatewayStatusSchema,
  config: gatewayConfigSchema,
  stock: stockEventSchema,
  order: orderEventSchema,
  'purchase-order': purchaseOrderMessageSchema,
  'order-response': orderResponseMessageSchema,
  'despatch-advice': despatchAdviceMessageSchema,
};

function samplesOf(folder: 'valid' | 'invalid'): { name: string; content: unknown }[] {
  const url = new URL(`../samples/v1/${folder}/`, import.meta.url);
  return readdirSync(url).map((name) => ({ name, content: JSON.parse(readFileSync(new URL(name, url), 'utf8')) }));
}

function schemaOf(name: string): z.ZodType {
  const schema = SCHEMAS[name.split('.')[0] ?? ''];
  if (!schema) throw new Error(`no schema for the sample ${name}`);
  return schema;
}

describe("today's schemas read every sample of version 1", () => {
  test.each(samplesOf('valid'))('$name', ({ name, content }) => {
    expect(schemaOf(name).safeParse(content).error).toBeUndefined();
  });

  test('and there is a sample of every message', () => {
    const present = new Set(samplesOf('valid').map(({ name }) => name.replace(/\..*/, '')));
    expect([...present].sort()).toEqual(Object.keys(SCHEMAS).sort());
  });
});

describe('a message that breaks a rule is refused, and the issue names the place', () => {
  test.each(samplesOf('invalid'))('$name', ({ name, content }) => {
    const { why, message } = content as { why: string; message: unknown };
    const { error } = schemaOf(name).safeParse(message);
    const issues = (error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`).join('\n');
    expect(issues).toContain(why.split('.')[0]);
  });
});

test('no message uses a top-level name that NestJS takes for its own envelope', () => {
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    const shape = 'shape' in schema ? Object.keys(schema.shape as object) : [];
    expect(shape.length, name).toBeGreaterThan(0);
    for (const reserved of ['data', 'pattern', 'id']) expect(shape, name).not.toContain(reserved);
  }
});
