import { z } from 'zod';

type Schema = z.core.JSONSchema.BaseSchema;

/** The least that a schema of the contract takes, with these fields set: a fake that grows with the contract. */
export function contractSample(schema: z.ZodType, fields: Readonly<Record<string, unknown>>): object {
  const json = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
  return { ...(sampleOf(json) as object), ...fields };
}

function sampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return sampleOf(choices.find(({ type }) => type === 'null') ?? choices[0] ?? {});
  switch (schema.type) {
    case 'object': {
      const required = new Set(schema.required);
      const properties = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name));
      return Object.fromEntries(properties.map(([name, property]) => [name, sampleOf(property as Schema)]));
    }
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf((schema.items ?? {}) as Schema));
    case 'number':
    case 'integer':
      return Math.max(schema.minimum ?? 0, 0);
    case 'string':
      return schema.format === 'uuid' ? '6f1c2f86-6f0c-4f6e-9a3a-0d5f6b1b7c01' : 'some';
    case 'boolean':
      return false;
    default:
      return null;
  }
}
