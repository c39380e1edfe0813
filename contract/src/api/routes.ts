import { z } from 'zod';

import { idSchema } from '../reading.ts';
import { stockStatusSchema } from '../stock-event.ts';
import { ALERT_ROUTES } from './alert-routes.ts';
import { currentUserSchema, loginRequestSchema, loginResponseSchema } from './auth.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { GATEWAY_ROUTES } from './gateway-routes.ts';
import { IMPORT_ROUTES } from './import-routes.ts';
import { ORDER_ROUTES } from './order-routes.ts';
import { countingTaskSchema, namesSchema, siteSchema, summarySchema } from './overview.ts';
import { allOf, pageOf, pageQueryFields } from './page.ts';
import { PEOPLE_ROUTES } from './people-routes.ts';
import { PLANNING_ROUTES } from './planning-routes.ts';
import { RECEIVING_ROUTES } from './receiving-routes.ts';
import type { RouteDefinition } from './route-definition.ts';
import { STOCK_KEEPING_ROUTES } from './stock-keeping-routes.ts';
import { binDetailSchema, movementSchema, stockItemSchema } from './stock.ts';
import { SUPPLIER_ROUTES } from './supplier-routes.ts';
import {
  quarantineEntrySchema,
  quarantinePageQuerySchema,
  quarantineParamsSchema,
  quarantineReplayedSchema,
} from './quarantine.ts';
import {
  telemetryExportQuerySchema,
  telemetryQuerySchema,
  telemetrySensorsQuerySchema,
  telemetrySensorsSchema,
  telemetrySeriesSchema,
  telemetrySetQuerySchema,
  telemetrySetSchema,
} from './telemetry.ts';

/**
 * The HTTP API of the reorder-service, from which `openapi.json` is generated. The service's controllers are checked
 * against it, the console's client is typed from it.
 */
export const API_ROUTES = {
  login: {
    method: 'POST',
    path: '/api/v1/auth/login',
    summary: 'Sign in with email and password',
    auth: 'none',
    body: loginRequestSchema,
    response: loginResponseSchema,
  },
  currentUser: {
    method: 'GET',
    path: '/api/v1/me',
    summary: 'Who is signed in',
    auth: 'user',
    response: currentUserSchema,
  },
  listStock: {
    method: 'GET',
    path: '/api/v1/stock',
    summary: 'Bins with their item, quantity, status and position',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      siteId: idSchema.optional(),
      status: stockStatusSchema.optional(),
      search: z.string().max(100).optional(),
      /** Exactly this GTIN, in any of its lengths. */
      gtin: z
        .string()
        .regex(/^\d{8,14}$/)
        .optional(),
    }),
    response: pageOf(stockItemSchema),
  },
  getBin: {
    method: 'GET',
    path: '/api/v1/stock/:siteId/:binId',
    summary: 'One bin with its sensors, its policy and who supplies it',
    auth: 'user',
    params: z.object({ siteId: idSchema, binId: idSchema }),
    response: binDetailSchema,
  },
  listSites: {
    method: 'GET',
    path: '/api/v1/sites',
    summary: 'The places there are',
    auth: 'user',
    response: allOf(siteSchema),
  },
  getSummary: {
    method: 'GET',
    path: '/api/v1/summary',
    summary: 'How many bins are in which status, and what waits for a person',
    auth: 'user',
    query: z.object({ siteId: idSchema.optional() }),
    response: summarySchema,
  },
  getNames: {
    method: 'GET',
    path: '/api/v1/names',
    summary: 'Suppliers and classes of items by name, for forms',
    auth: 'user',
    response: namesSchema,
  },
  listCountingTasks: {
    method: 'GET',
    path: '/api/v1/counting-tasks',
    summary: 'Bins that somebody is to count, the longest waiting first',
    auth: 'user',
    query: z.object({ ...pageQueryFields, siteId: idSchema.optional() }),
    response: pageOf(countingTaskSchema),
  },
  countBin: {
    method: 'POST',
    path: '/api/v1/stock/:siteId/:binId/counts',
    summary: 'A person has counted a bin: from now on the level is what they say',
    auth: 'user',
    params: z.object({ siteId: idSchema, binId: idSchema }),
    body: z.object({ quantity: z.int().min(0).max(1_000_000_000) }),
    response: z.object({ binId: idSchema, onHand: z.int() }),
  },
  listMovements: {
    method: 'GET',
    path: '/api/v1/stock/:binId/movements',
    summary: 'The ledger of one bin, newest first; without siteId, of the bins of that id at every site',
    auth: 'user',
    params: z.object({ binId: idSchema }),
    query: z.object({ ...pageQueryFields, siteId: idSchema.optional() }),
    response: pageOf(movementSchema),
  },
  ...ALERT_ROUTES,
  ...ORDER_ROUTES,
  ...EVENT_ROUTES,
  ...GATEWAY_ROUTES,
  ...IMPORT_ROUTES,
  ...RECEIVING_ROUTES,
  ...SUPPLIER_ROUTES,
  ...STOCK_KEEPING_ROUTES,
  ...PEOPLE_ROUTES,
  ...PLANNING_ROUTES,
} as const satisfies Record<string, RouteDefinition>;
export type RouteName = keyof typeof API_ROUTES;

/** Answered by the ingest-service; the reorder-service passes them on, so that the console has one address. */
export const TELEMETRY_ROUTES = {
  getTelemetrySeries: {
    method: 'GET',
    path: '/api/v1/telemetry/series',
    summary: 'The history of one field of one sensor: raw, in steps, or thinned for a chart',
    auth: 'user',
    query: telemetryQuerySchema,
    response: telemetrySeriesSchema,
  },
  getTelemetrySeriesSet: {
    method: 'GET',
    path: '/api/v1/telemetry/series-set',
    summary: 'Several series over one range; each is deviceId/field or deviceId/sensorId/field',
    auth: 'user',
    query: telemetrySetQuerySchema,
    response: telemetrySetSchema,
  },
  listTelemetrySensors: {
    method: 'GET',
    path: '/api/v1/telemetry/sensors',
    summary: 'What has ever sent readings at a site, and when it did last',
    auth: 'user',
    query: telemetrySensorsQuerySchema,
    response: telemetrySensorsSchema,
  },
  exportTelemetry: {
    method: 'GET',
    path: '/api/v1/telemetry/export',
    summary: 'Every point of a site in a range as one file; only where DuckDB keeps the telemetry',
    auth: 'user',
    query: telemetryExportQuerySchema,
    response: z.string(),
    responseTypes: ['text/csv', 'application/vnd.apache.parquet'],
  },
  listQuarantine: {
    method: 'GET',
    path: '/api/v1/quarantine',
    summary: 'What ingest could not store, the oldest first; for administrators',
    auth: 'user',
    query: quarantinePageQuerySchema,
    response: pageOf(quarantineEntrySchema),
  },
  getQuarantineEntry: {
    method: 'GET',
    path: '/api/v1/quarantine/:id',
    summary: 'One entry of the quarantine with all that was kept of it',
    auth: 'user',
    params: quarantineParamsSchema,
    response: quarantineEntrySchema,
  },
  replayQuarantineEntry: {
    method: 'POST',
    path: '/api/v1/quarantine/:id/replay',
    summary: 'Store it now, read as today’s version reads; it leaves the quarantine if that succeeds',
    auth: 'user',
    params: quarantineParamsSchema,
    response: quarantineReplayedSchema,
  },
  discardQuarantineEntry: {
    method: 'DELETE',
    path: '/api/v1/quarantine/:id',
    summary: 'Give an entry up for good',
    auth: 'user',
    params: quarantineParamsSchema,
    response: z.undefined(),
    responseStatus: 204,
  },
} as const satisfies Record<string, RouteDefinition>;
