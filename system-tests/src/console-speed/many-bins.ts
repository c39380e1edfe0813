import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

import type { StockItem, StreamEvent } from '@shelfwire/contract/api';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const NAMES = ['Hex bolt', 'Hex nut', 'Washer', 'Ball bearing', 'O-ring', 'Hose clamp', 'Fuse', 'Filter mat'];
const STATUSES = ['OK', 'OK', 'OK', 'OK', 'BELOW_REORDER', 'OK', 'OUT_OF_STOCK', 'OVERSTOCK'] as const;
const PAGE_ITEMS_MAX = 500;
/** Changes come to bins at the top of the list, where they are seen. */
const CHANGING_BINS = 2_000;

/**
 * The console's files and an API that answers at once: what is measured is the page, not the service. Levels change and
 * are pushed as the service does it.
 */
export class ManyBins {
  readonly #server: Server;
  readonly #items: StockItem[];
  readonly #streams = new Set<ServerResponse>();
  readonly #changes: NodeJS.Timeout;
  #sequence = 1;

  private constructor(consoleDir: string, bins: number, changesPerSecond: number) {
    this.#items = Array.from({ length: bins }, (_, index) => binOf(index));
    this.#server = createServer((request, response) => void this.#answer(consoleDir, request, response));
    this.#changes = setInterval(() => this.#change(), 1_000 / changesPerSecond);
  }

  static async start(options: { consoleDir: string; bins: number; changesPerSecond: number }): Promise<ManyBins> {
    const site = new ManyBins(options.consoleDir, options.bins, options.changesPerSecond);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  close(): void {
    clearInterval(this.#changes);
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(consoleDir: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://site');
    if (!url.pathname.startsWith('/api/')) return sendFile(consoleDir, url.pathname, response);
    if (url.pathname === '/api/v1/stream') return this.#open(request, response);
    request.resume();
    const body = this.#bodyFor(url);
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body ?? { code: 'NOT_FOUND', detail: 'not here' }));
  }

  #bodyFor({ pathname, searchParams }: URL): object | undefined {
    switch (pathname) {
      case '/api/v1/auth/login':
        return { accessToken: 'token', expiresAtMs: Date.now() + 3_600_000, user: USER };
      case '/api/v1/stock':
        return this.#page(searchParams);
      case '/api/v1/summary':
        return SUMMARY;
      case '/api/v1/alerts':
        return { items: [], nextCursor: null };
      default:
        return undefined;
    }
  }

  #page(query: URLSearchParams): { items: StockItem[]; nextCursor: string | null } {
    const [status, search] = [query.get('status'), query.get('search')?.toLowerCase() ?? ''];
    const found = this.#items.filter(
      (each) => (status === null || each.status === status) && each.item.name.toLowerCase().includes(search),
    );
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Math.min(PAGE_ITEMS_MAX, Number(query.get('limit') ?? 100));
    return { items: found.slice(from, to), nextCursor: to < found.length ? String(to) : null };
  }

  #open(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': connected\n\n');
    this.#streams.add(response);
    request.on('close', () => this.#streams.delete(response));
  }

  #change(): void {
    const index = (this.#sequence * 37) % Math.min(CHANGING_BINS, this.#items.length);
    const item = this.#items[index];
    if (!item) return;
    this.#sequence += 1;
    const onHand = 100 + (this.#sequence % 50);
    const changed: StreamEvent = {
      type: 'stock',
      siteId: item.siteId,
      event: {
        schema: 'stock/1',
        eventId: `00000000-0000-4000-8000-${String(this.#sequence).padStart(12, '0')}`,
        binId: item.binId,
        itemId: item.item.itemId,
        sequence: this.#sequence,
        atMs: Date.now(),
        change: -1,
        onHand,
        uncertainty: 0.4,
        onOrder: 0,
        inventoryPosition: onHand,
        status: item.status,
      },
    };
    for (const stream of this.#streams) stream.write(`event: stock\ndata: ${JSON.stringify(changed)}\n\n`);
  }
}

function binOf(index: number): StockItem {
  const status = STATUSES[index % STATUSES.length] ?? 'OK';
  const onHand = status === 'OUT_OF_STOCK' ? 0 : 20 + ((index * 31) % 400);
  const number = String(index).padStart(5, '0');
  return {
    binId: `bin-${number}`,
    binName: `R${index % 90}-${number}`,
    locationName: `Hall ${index % 7}`,
    siteId: 'plant-1',
    item: {
      itemId: `item-${number}`,
      sku: `SKU-${number}`,
      name: `${NAMES[index % NAMES.length] ?? ''} ${number}`,
      unit: 'pcs',
    },
    status,
    onHand,
    uncertainty: 0.4,
    observedAtMs: Date.now() - index,
    lastReadingAtMs: Date.now() - index,
    sensorQuality: 'good',
    position: { onHand, onOrder: 0, reserved: 0, backordered: 0, inventoryPosition: onHand },
    reorderPoint: 20,
    orderUpTo: 300,
    capacity: 500,
    // Some rows are higher than others, as in a storeroom.
    heldBecause:
      index % 23 === 0 ? 'the scale has been moving for 12 minutes; count the bin, or look at the scale' : null,
    openOrderId: null,
    consignment: false,
    primaryBinId: null,
    disagreeingSinceMs: null,
  };
}

async function sendFile(consoleDir: string, path: string, response: ServerResponse): Promise<void> {
  const file = path.startsWith('/assets/') || extname(path) !== '' ? normalize(path) : '/index.html';
  try {
    const content = await readFile(join(consoleDir, file));
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

const USER = {
  userId: '00000000-0000-4000-8000-000000000001',
  email: 'ann@plant.example',
  displayName: 'Ann',
  role: 'operator',
  tenantId: 'demo',
  supplierId: null,
};

const SUMMARY = {
  atMs: Date.now(),
  binsByStatus: { OUT_OF_STOCK: 6_250 },
  openOrders: 12,
  ordersToApprove: 0,
  overdueOrders: 0,
  ordersWithTrouble: 0,
  binsInDoubt: 0,
  openCountingTasks: 0,
};
