import {
  telemetryQuerySchema,
  telemetrySensorsQuerySchema,
  telemetrySetQuerySchema,
  type Role,
} from '@shelfwire/contract/api';
import type { FastifyInstance } from 'fastify';

import type { Authenticator } from '../http/auth.ts';
import { parseRequest } from '../http/problem.ts';
import type { HeldStore } from '../store/held-store.ts';
import { readSensors, readSeries, readSeriesSet } from './history.ts';

/** Suppliers see stock through the reorder-service, not the customer's raw readings. */
const READERS: readonly Role[] = ['admin', 'buyer', 'operator', 'viewer'];

export function registerHistoryRoutes(
  server: FastifyInstance,
  parts: { store: HeldStore; authenticator: Authenticator },
): void {
  server.get('/api/v1/telemetry/series', async (request) => {
    const { tenantId } = await parts.authenticator.caller(request, READERS);
    return readSeries(parts.store, tenantId, parseRequest(telemetryQuerySchema, request.query));
  });
  server.get('/api/v1/telemetry/series-set', async (request) => {
    const { tenantId } = await parts.authenticator.caller(request, READERS);
    return readSeriesSet(parts.store, tenantId, parseRequest(telemetrySetQuerySchema, request.query));
  });
  server.get('/api/v1/telemetry/sensors', async (request) => {
    const { tenantId } = await parts.authenticator.caller(request, READERS);
    const { siteId } = parseRequest(telemetrySensorsQuerySchema, request.query);
    return readSensors(parts.store, { tenantId, siteId });
  });
}
