import type { z } from 'zod';

import type { DecoderModel } from '../decode/decoder.ts';

type Parsed = { success: true; data: Record<string, unknown> } | { success: false; error: z.ZodError };

/**
 * Constants from the command line are texts; the schema says what they are to be. A text that looks like a number or a
 * truth value is tried as one first, and as the text it is where the schema refuses that.
 */
export function constantsOfModel(model: DecoderModel, given: Readonly<Record<string, unknown>>): Parsed {
  const schema = model.constantsSchema;
  if (!schema) return { success: true, data: {} };
  const nested = withRecords(given, schema);
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(nested).map(([name, value]) => [name, valueOf(value)]),
  );
  const first = schema.safeParse(values);
  if (first.success) return first;
  for (const issue of first.error.issues) {
    const [name] = issue.path;
    if (typeof name === 'string' && name in nested) values[name] = nested[name];
  }
  const second = schema.safeParse(values);
  return second.success ? second : first;
}

/** Names that none of the models knows: a slip of the pen, which would leave a default in force. */
export function unknownConstants(models: readonly DecoderModel[], given: Readonly<Record<string, unknown>>): string[] {
  const known = new Set(models.flatMap(({ constantsSchema }) => Object.keys(constantsSchema?.shape ?? {})));
  return Object.keys(given).filter(
    (name) => !known.has(name) && !known.has(name.slice(0, Math.max(0, name.indexOf('.')))),
  );
}

/** `metric.Weight=weight:kg` is the entry `Weight` of the constant `metric`. */
function withRecords(given: Readonly<Record<string, unknown>>, schema: z.ZodObject): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const at = name.indexOf('.');
    const record = name.slice(0, at);
    if (at < 1 || !(record in schema.shape)) nested[name] = value;
    else nested[record] = { ...(nested[record] as object | undefined), [name.slice(at + 1)]: value };
  }
  return nested;
}

function valueOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^(true|false)$/.test(value)) return value === 'true';
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : value;
}
