import { readFileSync } from 'node:fs';

import { API_ROUTES, type RouteDefinition } from '@shelfwire/contract/api';
import { SeededRandom } from '@shelfwire/test-servers';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startTestApp, type TestApp } from './test-app.ts';
import { ORDER_ID, SUPPLIER_TOKEN } from './two-tenants.ts';

/** `SHELFWIRE_FUZZ_REQUESTS=100000 SHELFWIRE_FUZZ_SEED=…` is the long form. */
const REQUESTS = Number(process.env['SHELFWIRE_FUZZ_REQUESTS'] ?? 500);
const SEED = Number(process.env['SHELFWIRE_FUZZ_SEED'] ?? Date.now() % 1_000_000);

interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  $ref?: string;
}
interface Operation {
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean; schema?: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}
const document = JSON.parse(readFileSync(new URL('../../../contract/openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
};
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  METHODS.flatMap((method) => {
    const operation = methods[method];
    return operation ? [{ path, method, operation }] : [];
  }),
);

const seeded = new SeededRandom(SEED);
const random = (): number => seeded.next();
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

const HOSTILE: readonly unknown[] = [
  '',
  ' ',
  "'; drop table bin; --",
  '../../etc/passwd',
  '%00',
  '\u0000',
  'long enough, but \u0000',
  '\ud800',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'x'.repeat(5_000),
  '𝔘𝔫𝔦',
  -1,
  0,
  1.5,
  2 ** 53,
  1e308,
  '9'.repeat(40),
  null,
  true,
  [],
  {},
  [[[[]]]],
  { __proto__: { admin: true }, constructor: { prototype: {} } },
];
const KNOWN = ['s1', 'b1', 'bolt-m8', ORDER_ID, 'bolts-inc', 'ACTIVE', '1'];

function sample(schema: JsonSchema | undefined, depth = 0): unknown {
  if (random() < 0.12) return pick(HOSTILE);
  if (!schema || depth > 6) return pick(KNOWN);
  if (schema.$ref) return sample(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''], depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return sample(pick(choices), depth + 1);
  switch (Array.isArray(schema.type) ? pick(schema.type) : schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name) === true || random() < 0.7)
          .map(([name, each]) => [name, sample(each, depth + 1)]),
      );
    case 'array':
      return Array.from({ length: Math.floor(random() * 3) }, () => sample(schema.items, depth + 1));
    case 'integer':
    case 'number':
      return pick([schema.minimum ?? 0, schema.maximum ?? 1_000, 1, 7, 1_763_800_000_000]);
    case 'boolean':
      return random() < 0.5;
    default:
      return schema.format === 'uuid' ? ORDER_ID : pick(KNOWN);
  }
}

/** Hostile texts may not be UTF-8: what cannot be a URL is sent as the nearest that can. */
function urlText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(text.toWellFormed());
}

const ANONYMOUS = ['nobody', 'garbage', 'basic'];
/** No such route, an address too long, or a body that is no JSON or too large: said before anybody asks who it is, and tells nothing. */
const REFUSED_UNSEEN = [400, 401, 404, 413, 414, 415];

let running: TestApp;
let logins: Record<string, string | undefined>;
beforeAll(async () => {
  running = await startTestApp();
  logins = {
    nobody: undefined,
    garbage: 'Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4iLCJ0ZW5hbnRJZCI6Im91cnMifQ.',
    basic: 'Basic YWRtaW46YWRtaW4=',
    admin: await running.signIn('admin@ours.example'),
    viewer: await running.signIn('viewer@ours.example'),
    seller: await running.signIn('sales@bolts.example'),
    stranger: await running.signIn('admin@theirs.example'),
    supplier: `Bearer ${SUPPLIER_TOKEN}`,
  };
});
afterAll(async () => {
  await running.app.close();
});

test(`no request breaks the service, tells its insides or passes its guards (seed ${SEED}, ${REQUESTS} requests)`, async () => {
  const findings: string[] = [];
  const statuses = new Map<number, number>();
  for (let count = 0; count < REQUESTS; count += 1) {
    const { path, method, operation } = operations[count % operations.length] as (typeof operations)[number];
    const streams = Object.values(operation.responses).some(({ content }) => content && 'text/event-stream' in content);
    const who = pick(Object.keys(logins));
    const needsLogin = (operation.security ?? []).some((each) => Object.keys(each).length > 0);
    if (streams && !ANONYMOUS.includes(who)) continue; // it would not end
    const parameters = operation.parameters ?? [];
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      urlText(sample(parameters.find((each) => each.name === name)?.schema)),
    );
    const query = parameters
      .filter((each) => each.in === 'query' && random() < 0.5)
      .map((each) => `${each.name}=${urlText(sample(each.schema))}`)
      .join('&');
    const schema = operation.requestBody?.content['application/json']?.schema;
    const broken = random() < 0.05;
    const body = schema ? (broken ? '{"a":' : JSON.stringify(sample(schema))) : undefined;
    const answer = await running.app.inject({
      method: method.toUpperCase() as 'GET',
      url: query === '' ? filled : `${filled}?${query}`,
      headers: {
        ...(logins[who] === undefined ? {} : { authorization: logins[who] }),
        ...(body === undefined ? {} : { 'content-type': random() < 0.95 ? 'application/json' : 'text/plain' }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    const request = `${who}: ${method} ${answer.raw.req.url} ${body ?? ''}`.slice(0, 600);
    statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
    const { code } = problemOf(answer.body);
    if (answer.statusCode < 300)
      findings.push(...unlikeContract(method, path, answer).map((what) => `${what}: ${request}`));
    // What another service does not answer is told as such, and is no fault of this one.
    if (answer.statusCode >= 500 && !code.startsWith('TELEMETRY_'))
      findings.push(`${answer.statusCode} to ${request}: ${answer.body}`);
    if (/\bat .*:\d+:\d+|node_modules|select .* from |kysely/i.test(answer.body))
      findings.push(`insides told to ${request}`);
    if (needsLogin && ANONYMOUS.includes(who) && !REFUSED_UNSEEN.includes(answer.statusCode)) {
      findings.push(`${answer.statusCode} without a login to ${request}`);
    }
    if (
      who === 'stranger' &&
      answer.statusCode === 200 &&
      /PO-8057|is low: 12 left|ours\.example|oil-5w30/.test(answer.body)
    ) {
      findings.push(`another tenant's rows to ${request}: ${answer.body.slice(0, 300)}`);
    }
  }
  expect(findings).toEqual([]);
  // It has been past the guards too, not only refused.
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404]));
}, 600_000);

/** @returns what of an answer is not as the contract says, or is more than it says */
function unlikeContract(
  method: string,
  path: string,
  answer: { statusCode: number; body: string; headers: object },
): string[] {
  const route: RouteDefinition | undefined = Object.values<RouteDefinition>(API_ROUTES).find(
    (each) => each.method === method.toUpperCase() && each.path.replaceAll(/:(\w+)/g, '{$1}') === path,
  );
  if (!route) return ['no route of the contract'];
  if (route.responseTypes) return [];
  const parsed = route.response.safeParse(JSON.parse(answer.body));
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
}

function problemOf(body: string): { code: string } {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return { code: typeof code === 'string' ? code : '' };
  } catch {
    return { code: '' };
  }
}
