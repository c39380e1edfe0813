import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import { pageOf, pageQueryFields } from './page.ts';
import type { RouteDefinition } from './route-definition.ts';
import {
  announcedMoveSchema,
  consignmentConsumptionSchema,
  lotSchema,
  parkedReadingSchema,
  recordLotSchema,
  reservationSchema,
  reserveSchema,
  returnSchema,
  transferSchema,
} from './stock-keeping.ts';

const bin = z.object({ siteId: idSchema, binId: idSchema });
const site = { siteId: idSchema.optional() };
const parked = z.object({ parkedId: z.string().regex(/^\d{1,15}$/) });

/** Reservations, moves, lots, consignment, and readings that could not be accounted. */
export const STOCK_KEEPING_ROUTES = {
  listReservations: {
    method: 'GET',
    path: '/api/v1/reservations',
    summary: 'Stock that is spoken for',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      ...site,
      binId: idSchema.optional(),
      status: reservationSchema.shape.status.optional(),
    }),
    response: pageOf(reservationSchema),
  },
  reserve: {
    method: 'POST',
    path: '/api/v1/stock/:siteId/:binId/reservations',
    summary: 'Reserve stock for a reference; the same reference again changes the quantity',
    auth: 'user',
    params: bin,
    body: reserveSchema,
    response: reservationSchema,
  },
  fulfilReservation: {
    method: 'POST',
    path: '/api/v1/reservations/:reservationId/fulfil',
    summary: 'So much of it was handed out',
    auth: 'user',
    params: z.object({ reservationId: z.uuid() }),
    body: z.object({ quantity: z.int().min(1) }),
    response: reservationSchema,
  },
  releaseReservation: {
    method: 'POST',
    path: '/api/v1/reservations/:reservationId/release',
    summary: 'The rest is not needed any more',
    auth: 'user',
    params: z.object({ reservationId: z.uuid() }),
    response: reservationSchema,
  },
  listMoves: {
    method: 'GET',
    path: '/api/v1/moves',
    summary: 'Announced transfers and returns, the newest first',
    auth: 'user',
    query: z.object({ ...pageQueryFields, ...site, status: announcedMoveSchema.shape.status.optional() }),
    response: pageOf(announcedMoveSchema),
  },
  transfer: {
    method: 'POST',
    path: '/api/v1/stock/:siteId/:binId/transfers',
    summary: 'Goods move from this bin to another',
    auth: 'user',
    params: bin,
    body: transferSchema,
    response: announcedMoveSchema,
  },
  returnGoods: {
    method: 'POST',
    path: '/api/v1/stock/:siteId/:binId/returns',
    summary: 'Goods come back into this bin, or leave it for the supplier',
    auth: 'user',
    params: bin,
    body: returnSchema,
    response: announcedMoveSchema,
  },
  listBinLots: {
    method: 'GET',
    path: '/api/v1/stock/:siteId/:binId/lots',
    summary: 'Lots in this bin, the first to expire first',
    auth: 'user',
    params: bin,
    response: z.object({ items: z.array(lotSchema) }),
  },
  recordLot: {
    method: 'POST',
    path: '/api/v1/stock/:siteId/:binId/lots',
    summary: 'A lot came into this bin',
    auth: 'user',
    params: bin,
    body: recordLotSchema,
    response: lotSchema,
  },
  listExpiringLots: {
    method: 'GET',
    path: '/api/v1/lots',
    summary: 'What is expired or will be soon, the first to expire first',
    auth: 'user',
    query: z.object({ ...pageQueryFields, ...site, days: z.coerce.number().int().min(0).max(3_650).default(30) }),
    response: pageOf(lotSchema),
  },
  listConsignmentConsumption: {
    method: 'GET',
    path: '/api/v1/consignment/consumption',
    summary: 'What was taken of consignment stock, and is to be invoiced',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      ...site,
      fromMs: z.coerce.number().pipe(epochMsSchema),
      toMs: z.coerce.number().pipe(epochMsSchema),
    }),
    response: pageOf(consignmentConsumptionSchema),
  },
  listParkedReadings: {
    method: 'GET',
    path: '/api/v1/parked-readings',
    summary: 'Readings that could not be accounted, the newest first',
    auth: 'user',
    query: z.object({ ...pageQueryFields, ...site, deviceId: z.string().max(64).optional() }),
    response: pageOf(parkedReadingSchema),
  },
  replayParkedReading: {
    method: 'POST',
    path: '/api/v1/parked-readings/:parkedId/replay',
    summary: 'Account it now, at its own time; `parked` again if it still cannot be',
    auth: 'user',
    params: parked,
    response: z.object({ outcome: z.enum(['accounted', 'parked']), detail: z.string() }),
  },
  discardParkedReading: {
    method: 'POST',
    path: '/api/v1/parked-readings/:parkedId/discard',
    summary: 'It is worth nothing',
    auth: 'user',
    params: parked,
    response: z.object({ discarded: z.boolean() }),
  },
} as const satisfies Record<string, RouteDefinition>;
