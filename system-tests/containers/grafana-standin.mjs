// Stands for Grafana, which Debian does not have: asks every data source that is provisioned, with the addresses, secrets and trust
// that Grafana would use, then answers its health check. Draws nothing.
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect } from 'node:tls';

const ca = readFileSync(process.env.SSL_CERT_FILE);
/** As Grafana expands its settings and provisioning: ${NAME}, and $__file{path} within. */
const expand = (text) =>
  text
    .replaceAll(/\$\{(\w+)\}/g, (_, name) => {
      if (!process.env[name]) throw new Error(`${name} is not set`);
      return process.env[name];
    })
    .replaceAll(/\$__file\{([^}]+)\}/g, (_, path) => readFileSync(path, 'utf8').trim());

const provisioned = '/etc/grafana/provisioning';
for (const folder of readdirSync(provisioned)) {
  for (const file of readdirSync(`${provisioned}/${folder}`)) {
    const text = readFileSync(`${provisioned}/${folder}/${file}`, 'utf8');
    // A dashboard's own variables are $__…, ${__…} or are declared in it; provisioning names the environment in capitals.
    for (const [, name] of text.matchAll(/\$\{([A-Z][A-Z_]+)\}/g)) expand(`\${${name}}`);
  }
}
for (const [name, value] of Object.entries(process.env)) if (name.endsWith('__FILE')) readFileSync(value);
const dashboards = readdirSync('/var/lib/grafana/dashboards', { encoding: 'utf8', recursive: true }).filter((name) =>
  name.endsWith('.json'),
);
for (const name of dashboards) JSON.parse(readFileSync(`/var/lib/grafana/dashboards/${name}`, 'utf8'));

const ask = (url, headers = {}) =>
  new Promise((resolve, reject) => {
    const asked = request(url, { ca, headers, timeout: 5_000 }, (answer) => {
      answer.resume();
      answer.on('end', () => (answer.statusCode < 300 ? resolve() : reject(new Error(`${url}: ${answer.statusCode}`))));
    });
    asked.on('error', reject).end();
  });
/** PostgreSQL's own beginning of TLS, with the host's name verified (sslmode verify-full). */
const askPostgres = (address) =>
  new Promise((resolve, reject) => {
    const [host, port] = address.split(':');
    const plain = connectPlain({ host, port: Number(port) }, () =>
      plain.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])),
    );
    plain.once('data', (answer) => {
      if (answer.toString() !== 'S') return reject(new Error('PostgreSQL does not speak TLS'));
      const secure = connect({ socket: plain, ca, servername: host }, () => {
        secure.end();
        resolve();
      });
      secure.on('error', reject);
    });
    plain.on('error', reject);
  });

const query = new URLSearchParams({ q: 'SHOW MEASUREMENTS', db: expand('${INFLUXDB_BUCKET}') });
const sources = {
  InfluxDB: () =>
    ask(`${expand('${INFLUXDB_URL}')}/query?${query}`, { authorization: expand('Token ${INFLUXDB_TOKEN}') }),
  PostgreSQL: () => askPostgres(expand('${POSTGRES_HOST}')),
  Prometheus: () => ask(`${expand('${PROMETHEUS_URL}')}/-/ready`),
};
for (const [name, reach] of Object.entries(sources)) {
  for (;;) {
    const failed = await reach().catch((error) => error);
    if (!failed) break;
    console.log(`${name}: ${failed.message}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  console.log(`${name} reached`);
}
console.log(`${dashboards.length} dashboards read`);
const [cert, key] = [process.env.GF_SERVER_CERT_FILE, process.env.GF_SERVER_CERT_KEY].map((file) => readFileSync(file));
createServer({ cert, key }, (_, answer) => answer.end('{"database":"ok"}')).listen(3000, '0.0.0.0');
