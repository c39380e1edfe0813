import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
    const address = this.#server.address();
    return `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
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

describe.runIf(needs('mosquitto'))('OpenTelemetry traces', () => {
  test("follow one device's message through gateway, ingest and ledger to the order that it leads to", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shelfwire-tracing-'));
    const [collector, broker] = await Promise.all([Collector.start(), MosquittoServer.start()]);
    const write = (name: string, value: unknown): void =>
      writeFileSync(join(folder, name), stringify(value), { mode: 0o600 });
    write('gateway.yaml', gatewayFile());
    write('catalogue.yaml', catalogue('http://127.0.0.1:9'));
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
    // Full, then nearly empty, each until it has settled.
    const orderOf = (): CollectedSpan | undefined => collector.spans.find(({ name }) => name === 'place order');
    const accounted = (): number => collector.spans.filter(({ name }) => name === 'account reading').length;
    await eventually('the full shelf is accounted', async () => {
      await weigh(shelf.start);
      return accounted() > 0;
    });
    await eventually('an order was placed', async () => {
      await weigh(5);
      return orderOf() !== undefined;
    });
    await eventually('the reading of that order was stored', () => {
      const { traceId } = orderOf() ?? {};
      return Promise.resolve(collector.spans.some((span) => span.name === 'store reading' && span.traceId === traceId));
    });

    const order = orderOf();
    const trace = collector.spans.filter(({ traceId }) => traceId === order?.traceId);
    const message = trace.find(({ name }) => name === 'device message');
    expect(message).toMatchObject({ service: 'edge-gateway' });
    expect(message?.parentSpanId ?? '').toBe('');
    expect(order).toMatchObject({ service: 'reorder-service', parentSpanId: message?.spanId });
    const steps = trace.filter(({ spanId }) => spanId !== message?.spanId);
    expect(new Set(steps.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([message?.spanId]));
    expect(new Set(steps.map(({ service, name }) => `${service}: ${name}`))).toEqual(
      new Set(['ingest-service: store reading', 'reorder-service: account reading', 'reorder-service: place order']),
    );

    await scale.endAsync(true);
    await Promise.all([ingest.stop(), reorder.stop(), gateway.process.stop()]);
    await broker.close();
    collector.close();
    await rm(folder, { recursive: true, force: true });
  });
});
