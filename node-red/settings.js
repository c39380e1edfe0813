// Settings of the Node-RED that the compose file starts (node-red/Dockerfile). Secrets are files; what a flow may name as
// ${NAME}, also in the credentials of its nodes, is put into the environment here.
const { readFileSync } = require('node:fs');
const { timingSafeEqual, createHash } = require('node:crypto');

for (const name of ['SHELFWIRE_BROKER_PASSWORD', 'NODE_RED_CREDENTIAL_SECRET', 'NODE_RED_ADMIN_PASSWORD']) {
  const file = process.env[`${name}_FILE`];
  if (file !== undefined) process.env[name] = readFileSync(file, 'utf8').trim();
}
const { NODE_RED_CREDENTIAL_SECRET, NODE_RED_ADMIN_PASSWORD, NODE_RED_TLS_CERT_FILE, NODE_RED_TLS_KEY_FILE } =
  process.env;
if (!NODE_RED_CREDENTIAL_SECRET || !NODE_RED_ADMIN_PASSWORD) {
  throw new Error('set NODE_RED_CREDENTIAL_SECRET_FILE and NODE_RED_ADMIN_PASSWORD_FILE');
}
// A flow may read the environment; these two are not its business.
delete process.env.NODE_RED_CREDENTIAL_SECRET;
delete process.env.NODE_RED_ADMIN_PASSWORD;

const digest = (text) => createHash('sha256').update(text).digest();
const admin = { username: 'admin', permissions: '*' };

module.exports = {
  uiHost: process.env.NODE_RED_HOST ?? '0.0.0.0',
  uiPort: Number(process.env.NODE_RED_PORT ?? 1880),
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: NODE_RED_CREDENTIAL_SECRET,
  adminAuth: {
    type: 'credentials',
    users: async (name) => (name === admin.username ? admin : null),
    authenticate: async (name, password) =>
      name === admin.username && timingSafeEqual(digest(password), digest(NODE_RED_ADMIN_PASSWORD)) ? admin : null,
  },
  ...(NODE_RED_TLS_CERT_FILE && NODE_RED_TLS_KEY_FILE
    ? {
        https: { cert: readFileSync(NODE_RED_TLS_CERT_FILE), key: readFileSync(NODE_RED_TLS_KEY_FILE) },
        requireHttps: true,
      }
    : {}),
  // What a flow needs is in the image; nothing is fetched while it runs.
  externalModules: { autoInstall: false, palette: { allowInstall: false } },
  functionExternalModules: false,
  telemetry: { enabled: false, updateNotification: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};
