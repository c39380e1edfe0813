/**
 * Makes `openapi.json` from API_ROUTES. Run by `scripts/generate.ts`; a test compares the committed file. Nothing at
 * run time imports this file, so that `zod-openapi` stays a development dependency.
 */
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';

import { alertChannelSchema, alertChannelStandingSchema, alertSchema } from './alerts.ts';
import { approvalRuleSchema } from './approval-rules.ts';
import { currentUserSchema, loginRequestSchema, loginResponseSchema, roleSchema } from './auth.ts';
import { budgetSchema } from './budgets.ts';
import { binPolicySchema, effectivePolicySchema, policyPreviewSchema } from './effective-policies.ts';
import { eventDeliverySchema, eventSubscriptionSchema, outwardEventSchema } from './event-subscriptions.ts';
import { binForecastSchema } from './forecast.ts';
import { kpisSchema } from './kpis.ts';
import { auditEntrySchema, personSchema } from './people.ts';
import { policySuggestionSchema, policyVersionSchema } from './policies.ts';
import { orderDetailSchema, orderLineSchema, orderProofSchema, orderSummarySchema } from './orders.ts';
import { problemSchema } from './problem.ts';
import { receiptSchema, supplierReturnSchema } from './receipts.ts';
import type { RouteDefinition } from './route-definition.ts';
import { quarantineEntrySchema } from './quarantine.ts';
import { API_ROUTES, TELEMETRY_ROUTES } from './routes.ts';
import { countingTaskSchema, siteSchema, summarySchema } from './overview.ts';
import {
  announcedMoveSchema,
  lotSchema,
  parkedGroupSchema,
  parkedReadingSchema,
  reservationSchema,
} from './stock-keeping.ts';
import { binDetailSchema, movementSchema, positionSchema, stockItemSchema } from './stock.ts';
import { streamEventSchema } from './stream.ts';
import { kpiStepSchema, supplierKpisSchema } from './supplier-kpis.ts';
import { telemetrySeriesSchema } from './telemetry.ts';

const PROBLEM_CONTENT = { 'application/problem+json': { schema: problemSchema } };

const SECURITY_NAMES = { none: undefined, user: 'accessToken', 'supplier-token': 'supplierToken' } as const;

/** Schemas with a name of their own in the document; everything else stands where it is used. */
const NAMED_SCHEMAS = {
  Alert: alertSchema,
  AlertChannel: alertChannelSchema,
  AlertChannelStanding: alertChannelStandingSchema,
  AnnouncedMove: announcedMoveSchema,
  ApprovalRule: approvalRuleSchema,
  BinDetail: binDetailSchema,
  AuditEntry: auditEntrySchema,
  Budget: budgetSchema,
  Person: personSchema,
  BinForecast: binForecastSchema,
  BinPolicy: binPolicySchema,
  EffectivePolicy: effectivePolicySchema,
  KpiStep: kpiStepSchema,
  PolicyPreview: policyPreviewSchema,
  SupplierKpis: supplierKpisSchema,
  EventDelivery: eventDeliverySchema,
  EventSubscription: eventSubscriptionSchema,
  OutwardEvent: outwardEventSchema,
  Kpis: kpisSchema,
  PolicySuggestion: policySuggestionSchema,
  PolicyVersion: policyVersionSchema,
  CountingTask: countingTaskSchema,
  CurrentUser: currentUserSchema,
  Lot: lotSchema,
  LoginRequest: loginRequestSchema,
  LoginResponse: loginResponseSchema,
  Movement: movementSchema,
  OrderDetail: orderDetailSchema,
  OrderLine: orderLineSchema,
  OrderProof: orderProofSchema,
  OrderSummary: orderSummarySchema,
  ParkedGroup: parkedGroupSchema,
  ParkedReading: parkedReadingSchema,
  Position: positionSchema,
  Problem: problemSchema,
  Reservation: reservationSchema,
  Receipt: receiptSchema,
  Role: roleSchema,
  Site: siteSchema,
  StockItem: stockItemSchema,
  StreamEvent: streamEventSchema,
  Summary: summarySchema,
  SupplierReturn: supplierReturnSchema,
  TelemetrySeries: telemetrySeriesSchema,
  QuarantineEntry: quarantineEntrySchema,
};

/** The document as it is committed and served. */
export function createOpenApiDocument(): object {
  const document: ZodOpenApiObject = {
    openapi: '3.1.1',
    info: {
      title: 'Shelfwire',
      version: '1.0.0',
      description:
        'Quantities are whole numbers of the item’s stock unit. Times are Unix milliseconds. Errors are RFC 9457 problems whose `code` stands in docs/errors.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: { ...pathsOf({ ...API_ROUTES, ...TELEMETRY_ROUTES }), ...streamPath() },
    components: {
      schemas: NAMED_SCHEMAS,
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A person, from POST /api/v1/auth/login',
        },
        supplierToken: { type: 'http', scheme: 'bearer', description: 'A supplier’s system: its API token' },
      },
    },
  };
  return createDocument(document, {
    override: ({ jsonSchema }) => {
      // Readers must tolerate fields they do not know, or every addition would break them.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
}

/** The text of the committed file. */
export function openApiJson(): string {
  return `${JSON.stringify(createOpenApiDocument(), null, 2)}\n`;
}

function pathsOf(routes: Readonly<Record<string, RouteDefinition>>): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const [operationId, route] of Object.entries(routes)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const method = route.method.toLowerCase() as Lowercase<RouteDefinition['method']>;
    paths[path] = { ...paths[path], [method]: operationOf(operationId, route) };
  }
  return paths;
}

function operationOf(operationId: string, route: RouteDefinition): ZodOpenApiOperationObject {
  const security = SECURITY_NAMES[route.auth];
  return {
    operationId,
    summary: route.summary,
    security: security === undefined ? [] : [{ [security]: [] }],
    requestParams: {
      ...(route.params ? { path: route.params } : {}),
      ...(route.query ? { query: route.query } : {}),
    },
    ...(route.body ? { requestBody: { required: true, content: bodyContentOf(route, route.body) } } : {}),
    responses: {
      [String(route.responseStatus ?? 200)]: {
        description: 'Done',
        ...(route.responseStatus === 204 ? {} : { content: contentOf(route) }),
      },
      ...failuresOf(route),
    },
  };
}

function bodyContentOf(route: RouteDefinition, schema: NonNullable<RouteDefinition['body']>) {
  const types = route.bodyTypes ?? ['application/json'];
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function contentOf(route: RouteDefinition) {
  const types = route.responseTypes ?? ['application/json'];
  return Object.fromEntries(types.map((type) => [type, { schema: route.response }]));
}

function failuresOf(route: RouteDefinition): ZodOpenApiResponsesObject {
  const takesInput = route.params !== undefined || route.query !== undefined || route.body !== undefined;
  const failures: ZodOpenApiResponsesObject = {};
  if (takesInput)
    failures['400'] = { description: 'The request is not of the form described', content: PROBLEM_CONTENT };
  if (route.auth !== 'none' || route.path.endsWith('/login')) {
    failures['401'] = { description: 'Not signed in, or not any more', content: PROBLEM_CONTENT };
  }
  if (route.auth === 'user') failures['403'] = { description: 'Not for this role', content: PROBLEM_CONTENT };
  if (route.params !== undefined) failures['404'] = { description: 'There is no such thing', content: PROBLEM_CONTENT };
  return failures;
}

function streamPath(): ZodOpenApiPathsObject {
  return {
    '/api/v1/stream': {
      get: {
        operationId: 'stream',
        summary: 'Stock and order events as they happen; each event’s data is one StreamEvent',
        security: [{ accessToken: [] }],
        responses: {
          '200': {
            description: 'Server-sent events; a comment line every 15 s',
            content: { 'text/event-stream': { schema: streamEventSchema } },
          },
          '401': { description: 'Not signed in, or not any more', content: PROBLEM_CONTENT },
        },
      },
    },
  };
}
