// InfluxDB 1.6 that looks like 2.x from outside, as far as the ingest-service needs it: TLS, a token, the v2 write path.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, request } from 'node:http';
import { createServer } from 'node:https';

const read = (name) => readFileSync(process.env[name], 'utf8').trim();
const token = process.env.DOCKER_INFLUXDB_INIT_ADMIN_TOKEN ?? read('DOCKER_INFLUXDB_INIT_ADMIN_TOKEN_FILE');
const bucket = process.env.DOCKER_INFLUXDB_INIT_BUCKET;
const folder = '/var/lib/influxdb2';
const config = [
  'reporting-disabled = true',
  'bind-address = "127.0.0.1:8088"',
  ...['meta', 'data'].flatMap((part) => [`[${part}]`, `  dir = "${folder}/${part}"`]),
  `  wal-dir = "${folder}/wal"`,
  '[http]',
  '  bind-address = "127.0.0.1:8085"',
  '  log-enabled = false',
].join('\n');
writeFileSync('/tmp/influxdb.conf', config);
writeFileSync('/tmp/influxdb-standin.pid', String(process.pid));
let restarting = false;
let starts = 0;
const start = () => {
  // Who had it restarted waits for another number: until then the old one may still answer.
  starts += 1;
  writeFileSync('/tmp/influxdb-standin.starts', String(starts));
  const started = spawn('influxd', ['-config', '/tmp/influxdb.conf'], { stdio: 'inherit' });
  started.on('exit', (code) => {
    if (!restarting) process.exit(code ?? 1);
    restarting = false;
    engine = start();
  });
  return started;
};
let engine = start();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => engine.kill(signal));
// After a restore (influx-standin.sh).
process.on('SIGHUP', () => {
  restarting = true;
  engine.kill('SIGTERM');
});

const query = (text) =>
  fetch('http://127.0.0.1:8085/query', { method: 'POST', body: new URLSearchParams({ q: text }) });
for (;;) {
  const made = await query(`CREATE DATABASE "${bucket}"`).catch(() => undefined);
  if (made?.ok) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const PRECISIONS = { ns: 'n', us: 'u', ms: 'ms', s: 's' };
const answer = (incoming, outgoing) => {
  const url = new URL(incoming.url, 'https://influxdb');
  if (url.pathname !== '/ping' && incoming.headers.authorization !== `Token ${token}`) {
    outgoing.writeHead(401).end('{"code":"unauthorized","message":"unauthorized access"}');
    return;
  }
  let path = incoming.url;
  if (url.pathname === '/api/v2/write') {
    const precision = PRECISIONS[url.searchParams.get('precision') ?? 'ns'] ?? 'n';
    path = `/write?${new URLSearchParams({ db: url.searchParams.get('bucket'), precision })}`;
  }
  const { method, headers } = incoming;
  const upstream = request({ port: 8085, host: '127.0.0.1', method, path, headers }, (reply) => {
    outgoing.writeHead(reply.statusCode, reply.headers);
    reply.pipe(outgoing);
  });
  upstream.on('error', () => outgoing.writeHead(503).end());
  incoming.pipe(upstream);
};
const server = process.env.INFLUXD_TLS_CERT
  ? createServer({ cert: read('INFLUXD_TLS_CERT'), key: read('INFLUXD_TLS_KEY') }, answer)
  : createPlainServer(answer);
server.listen(8086, '0.0.0.0');
