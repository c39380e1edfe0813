import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { TELEMETRY_AUDIENCE, TELEMETRY_TOKEN_SECONDS } from '@shelfwire/contract/api';
import { freePort } from '@shelfwire/test-servers';

import { cpuSecondsOf } from '../cpu-seconds.ts';

const JWT_SECRET = 'bench-secret-bench-secret-bench-secret';

/** The ingest-service as a process of its own. */
export class IngestProcess {
  readonly #child: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
  }

  static async start(env: Record<string, string>): Promise<IngestProcess> {
    const port = await freePort();
    const main = fileURLToPath(import.meta.resolve('@shelfwire/ingest-service/main'));
    const child = spawn(process.execPath, [main], {
      env: {
        PATH: process.env['PATH'],
        SHELFWIRE_HTTP_PORT: String(port),
        SHELFWIRE_JWT_SECRET: JWT_SECRET,
        SHELFWIRE_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ingest = new IngestProcess(child, `http://127.0.0.1:${port}`);
    const endsAtMs = Date.now() + 30_000;
    while (!(await ingest.#ready())) {
      if (Date.now() > endsAtMs || child.exitCode !== null) throw new Error('the ingest-service did not start');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return ingest;
  }

  async #ready(): Promise<boolean> {
    return fetch(`${this.#url}/readyz`).then(
      (answer) => answer.status === 200,
      () => false,
    );
  }

  /** How many readings of the shelf the history API counts, and how long it took to answer. */
  async countNetGrams(
    range: { fromMs: number; toMs: number },
    deviceId: string,
  ): Promise<{ count: number; ms: number }> {
    const where = `siteId=bench&deviceId=${deviceId}&field=netGrams&fromMs=${range.fromMs}&toMs=${range.toMs}`;
    const startedAtMs = performance.now();
    const answer = await fetch(`${this.#url}/api/v1/telemetry/series?${where}&stepMs=86400000&aggregate=count`, {
      headers: { authorization: `Bearer ${telemetryToken()}` },
    });
    const { points } = (await answer.json()) as { points: [number, number | null][] };
    return {
      count: points.reduce((sum, [, value]) => sum + (value ?? 0), 0),
      ms: performance.now() - startedAtMs,
    };
  }

  cpuSeconds(): Promise<number> {
    return cpuSecondsOf(this.#child.pid ?? 0);
  }

  /** Asks the history API. @returns how many points came, of all series */
  async history(question: string): Promise<number> {
    const answer = await fetch(`${this.#url}/api/v1/telemetry/${question}`, {
      headers: { authorization: `Bearer ${telemetryToken()}` },
    });
    const body = (await answer.json()) as { points?: unknown[]; items?: { points: unknown[] }[] };
    if (!answer.ok) throw new Error(JSON.stringify(body));
    return body.points?.length ?? body.items?.reduce((sum, { points }) => sum + points.length, 0) ?? 0;
  }

  /** The most memory it ever had, in MB. */
  peakMemoryMb(): Promise<number> {
    return this.#memoryMb('VmHWM');
  }

  /** What it has now, in MB. */
  memoryMb(): Promise<number> {
    return this.#memoryMb('VmRSS');
  }

  async #memoryMb(line: 'VmHWM' | 'VmRSS'): Promise<number> {
    const status = await readFile(`/proc/${this.#child.pid ?? 0}/status`, 'utf8');
    return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1_024;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** HS256, as the reorder-service signs one for each call. */
function telemetryToken(): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(Date.now() / 1_000);
  const who = { iss: 'shelfwire', aud: TELEMETRY_AUDIENCE, sub: 'bench', role: 'viewer', tenantId: 'bench' };
  const claims = { ...who, iat, exp: iat + TELEMETRY_TOKEN_SECONDS };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`;
}
