import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { telemetryExportQuerySchema } from '@shelfwire/contract/api';
import { makeFolder } from '@shelfwire/contract/service';
import type { FastifyInstance } from 'fastify';

import { ingestError } from '../errors.ts';
import type { Authenticator } from '../http/auth.ts';
import { parseRequest } from '../http/problem.ts';
import { DuckStore } from '../store/duckdb/duckdb-store.ts';
import type { TelemetryStore } from '../store/telemetry-store.ts';

const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const;

/** `GET /api/v1/telemetry/export`: every point of a site in a range as one file. Only DuckDB can; others have their own tools. */
export function registerExportRoute(
  server: FastifyInstance,
  parts: { store: TelemetryStore; authenticator: Authenticator; folder: string },
): void {
  server.get('/api/v1/telemetry/export', async (request, reply) => {
    const { tenantId } = await parts.authenticator.caller(request, ['admin', 'buyer', 'operator']);
    const query = parseRequest(telemetryExportQuerySchema, request.query);
    if (!(parts.store instanceof DuckStore)) {
      throw ingestError('EXPORT_NOT_SUPPORTED', 'only the DuckDB store exports files; use the tools of your database');
    }
    makeFolder(parts.folder);
    const file = join(parts.folder, `${randomUUID()}.${query.format}`);
    try {
      await parts.store.exportTo({ ...query, tenantId }, file);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    const stream = createReadStream(file);
    stream.once('close', () => void rm(file, { force: true }));
    const name = `${query.siteId}-${query.measurement}.${query.format}`;
    return reply
      .type(CONTENT_TYPES[query.format])
      .header('content-disposition', `attachment; filename="${name}"`)
      .send(stream);
  });
}
