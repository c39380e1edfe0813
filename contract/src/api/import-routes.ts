import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import type { RouteDefinition } from './route-definition.ts';

export const importKindSchema = z.enum(['items', 'sites', 'locations', 'bins', 'suppliers', 'prices', 'policies']);
export type ImportKind = z.infer<typeof importKindSchema>;

/** CSV with a header line (`text/csv`), or the same rows as JSON, where null clears a value. */
const importBodySchema = z.union([
  z.string().min(1),
  z.object({ rows: z.array(z.record(z.string(), z.unknown())).min(1).max(5_000) }),
]);

export const importResultSchema = z.object({
  dryRun: z.boolean(),
  created: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  /** What is created or changed, the first thousand. */
  rows: z.array(
    z.object({
      /** Of the file; of JSON rows, the first is 1. */
      line: z.int(),
      id: z.string(),
      outcome: z.enum(['created', 'changed']),
      changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
    }),
  ),
});
export type ImportResult = z.infer<typeof importResultSchema>;

const movementsQuery = {
  siteId: idSchema.optional(),
  fromMs: z.coerce.number().pipe(epochMsSchema).optional(),
  toMs: z.coerce.number().pipe(epochMsSchema).optional(),
};
const csv = { response: z.string(), responseTypes: ['text/csv'] } as const;

/** Master data in, stock and orders out, as spreadsheets and ERP systems have them (docs/integration.md). */
export const IMPORT_ROUTES = {
  importMasterData: {
    method: 'POST',
    path: '/api/v1/import/:kind',
    summary:
      'Add and change items, sites, locations, bins, suppliers, prices or policies by your own ids; all rows or none. dryRun=true says what would change',
    auth: 'user',
    params: z.object({ kind: importKindSchema }),
    query: z.object({ dryRun: z.enum(['true', 'false']).default('false') }),
    body: importBodySchema,
    bodyTypes: ['text/csv', 'application/json'],
    response: importResultSchema,
  },
  exportStock: {
    method: 'GET',
    path: '/api/v1/export/stock.csv',
    summary: 'Every bin with its item, level and status, as CSV',
    auth: 'user',
    query: z.object({ siteId: idSchema.optional() }),
    ...csv,
  },
  exportMovements: {
    method: 'GET',
    path: '/api/v1/export/movements.csv',
    summary: 'The ledger in a time, oldest first, as CSV; the last 30 days, if not given',
    auth: 'user',
    query: z.object(movementsQuery),
    ...csv,
  },
  exportOrders: {
    method: 'GET',
    path: '/api/v1/export/orders.csv',
    summary: 'Order lines of orders made in a time, oldest first, as CSV; the last 30 days, if not given',
    auth: 'user',
    query: z.object(movementsQuery),
    ...csv,
  },
} as const satisfies Record<string, RouteDefinition>;
