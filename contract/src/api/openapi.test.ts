import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { generatedApiFiles } from './generated-files.ts';
import { createOpenApiDocument } from './openapi.ts';
import { API_ROUTES, TELEMETRY_ROUTES } from './routes.ts';

const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

describe('the OpenAPI document', () => {
  test('is committed as it is generated; npm run generate writes it', async () => {
    for (const file of await generatedApiFiles()) {
      expect(readFileSync(`${projectRoot}${file.path}`, 'utf8'), file.path).toBe(file.text);
    }
  });

  test('describes every route, with every parameter of its path', () => {
    const { paths } = createOpenApiDocument() as { paths: Record<string, Record<string, { parameters: unknown[] }>> };
    for (const [name, route] of Object.entries({ ...API_ROUTES, ...TELEMETRY_ROUTES })) {
      const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
      const operation = paths[path]?.[route.method.toLowerCase()];
      expect(operation, name).toMatchObject({ operationId: name });
      for (const [, parameter] of route.path.matchAll(/:(\w+)/g)) {
        expect(operation?.parameters, name).toContainEqual(expect.objectContaining({ in: 'path', name: parameter }));
      }
    }
  });

  test('gives every list the same form, whole or in pages', () => {
    const lists = Object.entries({ ...API_ROUTES, ...TELEMETRY_ROUTES }).flatMap(([name, { response }]) =>
      response instanceof z.ZodObject && 'items' in response.shape
        ? [{ name, fields: Object.keys(response.shape) }]
        : [],
    );
    expect(lists.length).toBeGreaterThan(20);
    for (const { name, fields } of lists) expect(fields, name).toEqual(['items', 'nextCursor']);
  });

  test('closes no object, so that a field can be added without breaking readers', () => {
    expect(JSON.stringify(createOpenApiDocument())).not.toContain('"additionalProperties":false');
  });
});
