import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { loginResponseSchema, orderDetailSchema, orderSummarySchema, stockItemSchema } from '@shelfwire/contract/api';
import type { OrderDetail, OrderSummary, StockItem } from '@shelfwire/contract/api';
import { z } from 'zod';

const entry = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));

/** `npm start` without npm: the launcher as a process of its own, on free ports and a folder that is handed in. */
export class StandaloneProcess {
  readonly #process: ChildProcess;
  #output = '';

  private constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#process = spawn(process.execPath, [entry, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    this.#process.stdout?.on('data', keep);
    this.#process.stderr?.on('data', keep);
  }

  static start(dataDir: string, args: readonly string[] = [], env: Record<string, string> = {}): StandaloneProcess {
    return new StandaloneProcess(['--data-dir', dataDir, '--port', '0', '--mqtt-port', '0', ...args], env);
  }

  get output(): string {
    return this.#output;
  }

  /** Waits for the line that says it is ready; @returns the URL in it */
  async ready(timeoutMs = 120_000): Promise<string> {
    const url = (): string | undefined => /^Shelfwire is ready: (http\S+)$/m.exec(this.#output)?.[1];
    await waitUntil(
      () => url() !== undefined || this.#ended,
      timeoutMs,
      () => this.#output,
    );
    const found = url();
    if (found === undefined) throw new Error(`ended before it was ready:\n${this.#output}`);
    return found;
  }

  /** @returns the exit code */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.#ended) {
      const ended = once(this.#process, 'close');
      this.#process.kill(signal);
      await ended;
    }
    return this.#process.exitCode;
  }

  async ended(): Promise<number | null> {
    if (!this.#ended) await once(this.#process, 'close');
    return this.#process.exitCode;
  }

  get #ended(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }
}

/** The REST API as the console uses it; every answer is checked against the contract. */
export class ApiClient {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async signIn(url: string, email: string, password: string): Promise<ApiClient> {
    const response = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    if (!response.ok) throw new Error(`sign-in: HTTP ${response.status} ${await response.text()}`);
    return new ApiClient(url, loginResponseSchema.parse(await response.json()).accessToken);
  }

  async stock(): Promise<StockItem[]> {
    return z.object({ items: z.array(stockItemSchema) }).parse(await this.get('/api/v1/stock?limit=500')).items;
  }

  async orders(): Promise<OrderSummary[]> {
    return z.object({ items: z.array(orderSummarySchema) }).parse(await this.get('/api/v1/orders?limit=500')).items;
  }

  async order(orderId: string): Promise<OrderDetail> {
    return orderDetailSchema.parse(await this.get(`/api/v1/orders/${orderId}`));
  }

  async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, { headers: { authorization: `Bearer ${this.#token}` } });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** Looks every 100 ms; rejects with what `describe` tells when the time is up. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  describe: () => string | Promise<string>,
): Promise<void> {
  const endsAtMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > endsAtMs) throw new Error(`not in ${timeoutMs} ms:\n${await describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
