import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { z } from 'zod';

/** Spread into the schema of every service that other parts reach by HTTP. */
export const httpTlsSettings = {
  SHELFWIRE_HTTP_TLS_CERT: z
    .string()
    .optional()
    .describe('Certificate of the HTTP server, PEM; with it and its key the port speaks HTTPS only'),
  SHELFWIRE_HTTP_TLS_KEY: z.string().optional().describe('Key of that certificate, PEM'),
};

/** Spread into the schema of every service that opens connections to other parts. */
export const trustSettings = {
  SHELFWIRE_TLS_CA: z
    .string()
    .optional()
    .describe(
      'Authority, PEM, that is trusted beside the public ones for every connection this process opens: broker, database, other services, suppliers',
    ),
};

export interface ServerCertificate {
  cert: string;
  key: string;
}

/** @returns undefined for plain HTTP. One without the other is refused when the server starts (see config). */
export function serverCertificate(config: {
  SHELFWIRE_HTTP_TLS_CERT?: string | undefined;
  SHELFWIRE_HTTP_TLS_KEY?: string | undefined;
}): ServerCertificate | undefined {
  const { SHELFWIRE_HTTP_TLS_CERT: cert, SHELFWIRE_HTTP_TLS_KEY: key } = config;
  return cert !== undefined && key !== undefined ? { cert, key } : undefined;
}

/**
 * From now on every TLS connection of this thread that names no authority of its own also trusts `pem`: MQTT.js, pg,
 * the InfluxDB client and fetch alike, so that one setting serves them all.
 */
export function trustAuthority(pem: string | undefined): void {
  if (pem !== undefined) setDefaultCACertificates([...new Set([...getCACertificates('default'), pem])]);
}
