// Is the service of this container well? Asks its own /healthz over loopback, whose certificate was made for another name.
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

const port = process.argv[2];
const tls = Boolean(process.env.SHELFWIRE_HTTP_TLS_CERT || process.env.SHELFWIRE_HTTP_TLS_CERT_FILE);
const ask = (tls ? secure : plain)({
  host: '127.0.0.1',
  port,
  path: '/healthz',
  timeout: 2_500,
  rejectUnauthorized: false,
});
ask.on('response', (answer) => process.exit(answer.statusCode === 200 ? 0 : 1));
ask.on('timeout', () => process.exit(1));
ask.on('error', () => process.exit(1));
ask.end();
