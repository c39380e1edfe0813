import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  orderEventSchema,
  purchaseOrderMessageSchema,
  type OrderResponseMessage,
  type PurchaseOrderMessage,
} from '@shelfwire/contract';
import { freePort, MosquittoServer, needs } from '@shelfwire/test-servers';
import { connectAsync } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';

import { serviceProcess } from './faults/centre.ts';
import { eventually } from './faults/eventually.ts';
import { GatewayProcess } from './faults/gateway-process.ts';
import { catalogue, gatewayFile, probeLogin, SHELVES } from './faults/site-files.ts';

interface CollectedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

/** Takes OTLP over HTTP with JSON, as any collector does. */
class Collector {
  readonly spans: CollectedSpan[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, reply) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#take(Buffer.concat(chunks).toString());
        reply.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<Collector> {
    const collector = new Collector();
    collector.#server.listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    return collector;
  }

  get url(): string {
    return urlOf(this.#server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(body: string): void {
    const { resourceSpans = [] } = JSON.parse(body) as {
      resourceSpans?: {
        resource: { attributes: { key: string; value: { stringValue?: string } }[] };
        scopeSpans: { spans: Omit<CollectedSpan, 'service'>[] }[];
      }[];
    };
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const { spans } of scopeSpans) this.spans.push(...spans.map((span) => ({ ...span, service })));
    }
  }
}

/** Takes an order at once, and keeps the trace context that came with each. */
class TracingSupplier {
  readonly traceparents: (string | undefined)[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, reply) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.traceparents.push(request.headers['traceparent']?.toString());
        const order = purchaseOrderMessageSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
        reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(acceptanceOf(order)));
      });
    });
  }

  static async start(): Promise<TracingSupplier> {
    const supplier = new TracingSupplier();
    supplier.#server.listen(0, '127.0.0.1');
    await once(supplier.#server, 'listening');
    return supplier;
  }

  get url(): string {
    return urlOf(this.#server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function acceptanceOf(order: PurchaseOrderMessage): OrderResponseMessage {
  const lines = order.lines.map(({ lineNumber, orderedUnits }) => ({
    lineNumber,
    code: 'IA' as const,
    confirmedUnits: orderedUnits,
  }));
  const { orderId } = order;
  return { schema: 'order-response/1', messageId: randomUUID(), orderId, atMs: Date.now(), lines };
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
}

describe.runIf(needs('mosquitto'))('OpenTelemetry traces', () => {
  test("follow one device's message to the order that it leads to, to its supplier and back to the shelf", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shelfwire-tracing-'));
    const [collector, broker, supplier] = await Promise.all([
      Collector.start(),
      MosquittoServer.start(),
      TracingSupplier.start(),
    ]);
    const write = (name: string, value: unknown): void =>
      writeFileSync(join(folder, name), stringify(value), { mode: 0o600 });
    write('gateway.yaml', gatewayFile());
    write('catalogue.yaml', catalogue(supplier.url));
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' };
    const central = {
      SHELFWIRE_CENTRAL_MQTT_URL: broker.url,
      SHELFWIRE_JWT_SECRET: 'tracing-test-secret-tracing-test-secret',
      ...traced,
    };
    const ingest = serviceProcess(folder, 'ingest', '@shelfwire/ingest-service/main', await freePort(), {
      ...central,
      SHELFWIRE_DUCKDB_FILE: join(folder, 'telemetry.duckdb'),
    });
    const reorder = serviceProcess(folder, 'reorder', '@shelfwire/reorder-service/main', await freePort(), {
      ...central,
      SHELFWIRE_DATABASE_URL: `pglite:${join(folder, 'pglite')}`,
      SHELFWIRE_OUTBOUND_NETWORKS: '127.0.0.0/8',
      SHELFWIRE_SEED_FILE: join(folder, 'catalogue.yaml'),
    });
    ingest.start();
    reorder.start();
    const gateway = await GatewayProcess.start(folder, 'gateway', broker.url, traced);
    await Promise.all([ingest.ready(), reorder.ready(), gateway.process.ready()]);

    const [shelf] = SHELVES;
    if (!shelf) throw new Error('there are shelves');
    const { username, password } = probeLogin(shelf.deviceId);
    const scale = await connectAsync(gateway.deviceUrl, { username, password, clientId: shelf.deviceId });
    const weigh = async (pieces: number): Promise<void> => {
      const Weight = (pieces * shelf.pieceGrams) / 1_000;
      const payload = JSON.stringify({ Time: '2026-01-01T00:00:00', HX711: { Weight, WeightRaw: 1, AbsRaw: 1 } });
      await scale.publishAsync(`tele/${shelf.deviceId}/SENSOR`, payload, { qos: 1 });
    };
    const watcher = await connectAsync(broker.url);
    const published: (string | undefined)[] = [];
    watcher.on('message', (_topic, payload) => {
      published.push(orderEventSchema.parse(JSON.parse(payload.toString())).traceparent);
    });
    await watcher.subscribeAsync('shelfwire/v1/+/+/orders', { qos: 1 });

    // Full, then nearly empty, then full again, each until it has settled.
    const named = (name: string): CollectedSpan | undefined => collector.spans.find((span) => span.name === name);
    await eventually('the full shelf is accounted', async () => {
      await weigh(shelf.start);
      return named('account reading') !== undefined;
    });
    await eventually('the order was acknowledged', async () => {
      await weigh(5);
      return named('acknowledge order') !== undefined;
    });
    await eventually('its goods came', async () => {
      await weigh(shelf.orderUpTo);
      return named('receive goods') !== undefined;
    });
    const order = named('place order');
    await eventually('the reading of that order was stored', () =>
      Promise.resolve(collector.spans.some((each) => each.name === 'store reading' && each.traceId === order?.traceId)),
    );

    const trace = collector.spans.filter(({ traceId }) => traceId === order?.traceId);
    const message = trace.find(({ name }) => name === 'device message');
    expect(message).toMatchObject({ service: 'edge-gateway' });
    expect(message?.parentSpanId ?? '').toBe('');
    const childrenOf = (parent: CollectedSpan | undefined): string[] =>
      trace
        .filter(({ parentSpanId }) => parentSpanId === parent?.spanId)
        .map(({ service, name }) => `${service}: ${name}`)
        .toSorted();
    expect(childrenOf(message)).toEqual([
      'ingest-service: store reading',
      'reorder-service: account reading',
      'reorder-service: place order',
    ]);
    expect(childrenOf(order)).toEqual([
      'reorder-service: acknowledge order',
      'reorder-service: receive goods',
      'reorder-service: send order',
    ]);
    // What others are told: the supplier of our request, whoever listens of the order's placing.
    const sending = trace.find(({ name }) => name === 'send order');
    expect(supplier.traceparents[0]).toBe(`00-${sending?.traceId}-${sending?.spanId}-01`);
    await eventually('the order was published', () => Promise.resolve(published.length > 0));
    expect(published[0]).toBe(`00-${order?.traceId}-${order?.spanId}-01`);

    await watcher.endAsync(true);
    await scale.endAsync(true);
    await Promise.all([ingest.stop(), reorder.stop(), gateway.process.stop()]);
    await broker.close();
    collector.close();
    supplier.close();
    await rm(folder, { recursive: true, force: true });
  });
});
