import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { cpus, freemem, loadavg, release, totalmem } from 'node:os';
import { basename, join } from 'node:path';

import { isSecretName, Mask } from './mask.ts';

export interface DiagnosticsRequest {
  version: string;
  /** Name → base URL. */
  services: Readonly<Record<string, string>>;
  ca: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** gateway.yaml, catalogue.yaml, .env, docker-compose.yml … */
  configFiles: readonly string[];
  logFiles: readonly string[];
  /** A folder of secrets, one a file: not read into the bundle, but hidden wherever they appear. */
  secretsFolder: string | undefined;
  dataDir: string | undefined;
}

const LOG_LINES = 300;
const ANSWER_TIMEOUT_MS = 5_000;
/** Of the metrics, what says where something waits. */
const QUEUES = /^shelfwire_\w*(queued|pending|entries|size_bytes|lag_seconds|connected)\w*(\{[^}]*\})? .*$/gm;

/** Everything that a person who helps from afar asks for first, as one text without secrets. */
export async function collectDiagnostics(request: DiagnosticsRequest): Promise<string> {
  const mask = new Mask();
  const configs = request.configFiles.filter((path) => existsSync(path)).map((path) => [path, read(path)] as const);
  for (const [name, value] of Object.entries(request.env)) {
    if (value && isSecretName(name)) mask.learn(value);
    mask.learnFrom(`${name}=${value ?? ''}`);
  }
  for (const [, text] of configs) mask.learnFrom(text);
  if (request.secretsFolder !== undefined && existsSync(request.secretsFolder)) {
    for (const name of readdirSync(request.secretsFolder)) mask.learn(read(join(request.secretsFolder, name)));
  }
  const parts: [string, string][] = [
    ['machine', machine(request)],
    ['settings', settings(request.env)],
    ...configs.map(([path, text]): [string, string] => [`config ${basename(path)}`, text]),
  ];
  for (const [name, url] of Object.entries(request.services)) {
    const ask = (path: string): Promise<string> => get(`${url}${path}`, request.ca);
    const metrics = await ask('/metrics');
    parts.push(
      [`${name} /healthz`, await ask('/healthz')],
      [`${name} /readyz`, await ask('/readyz')],
      [`${name} queues`, (metrics.match(QUEUES) ?? ['none told']).join('\n')],
      [`${name} /metrics`, metrics],
    );
  }
  for (const path of request.logFiles.filter((each) => existsSync(each))) {
    parts.push([`log ${basename(path)}`, read(path).split('\n').slice(-LOG_LINES).join('\n')]);
  }
  if (request.dataDir !== undefined) parts.push(['data folder', sizes(request.dataDir).join('\n')]);
  return mask.apply(parts.map(([title, text]) => `===== ${title}\n${text.trimEnd()}\n`).join('\n'));
}

function machine({ version }: DiagnosticsRequest): string {
  return [
    `Shelfwire ${version}, commit ${tryOr('unknown', () => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { stdio: 'pipe' }).toString().trim())}`,
    `Node ${process.version}, ${process.platform} ${release()} ${process.arch}`,
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()
      .map((each) => each.toFixed(1))
      .join(' ')}`,
    `memory ${Math.round(freemem() / 2 ** 20)} MiB free of ${Math.round(totalmem() / 2 ** 20)}`,
    `taken at ${new Date().toISOString()}`,
  ].join('\n');
}

function settings(env: DiagnosticsRequest['env']): string {
  const ours = Object.entries(env).filter(([name]) => /^(SHELFWIRE|OTEL|NODE|COMPOSE)_/.test(name));
  return ours.map(([name, value]) => `${name}=${value ?? ''}`).join('\n') || 'none in this environment';
}

function sizes(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .slice(0, 2_000)
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${tryOr(0, () => statSync(path).size)} ${path.slice(folder.length + 1)}`;
    });
}

/** Says why in place of an answer: a service that does not answer is a finding. */
function get(url: string, ca: string | undefined): Promise<string> {
  return new Promise((resolve) => {
    const send = url.startsWith('https:') ? tlsRequest : plainRequest;
    const asked = send(url, { timeout: ANSWER_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve(`${answer.statusCode}\n${Buffer.concat(chunks).toString()}`));
      answer.on('error', (error) => resolve(`broke off: ${error.message}`));
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${ANSWER_TIMEOUT_MS} ms`)));
    asked.on('error', (error) => resolve(`no answer: ${error.message}`));
    asked.end();
  });
}

function read(path: string): string {
  return tryOr('', () => readFileSync(path, 'utf8'));
}

function tryOr<Value>(fallback: Value, work: () => Value): Value {
  try {
    return work();
  } catch {
    return fallback;
  }
}
