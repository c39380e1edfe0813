import { quarantinePageQuerySchema, quarantineParamsSchema, type QuarantineEntry } from '@shelfwire/contract/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { ingestError } from '../errors.ts';
import type { Authenticator } from '../http/auth.ts';
import { parseRequest } from '../http/problem.ts';
import type { HeldStore } from '../store/held-store.ts';
import type { Quarantine } from './quarantine.ts';
import { replayEntry } from './replay.ts';

/** For administrators, each seeing the own tenant's entries. What carries no tenant stands in the log and on disk only. */
export function registerQuarantineRoutes(
  server: FastifyInstance,
  parts: {
    store: HeldStore;
    quarantine: Quarantine;
    authenticator: Authenticator;
    onChanged: () => void;
  },
): void {
  const { authenticator, quarantine, store } = parts;
  const admin = (request: FastifyRequest) => authenticator.caller(request, ['admin']);
  const find = async (request: FastifyRequest): Promise<QuarantineEntry> => {
    const { tenantId } = await admin(request);
    const { id } = parseRequest(quarantineParamsSchema, request.params);
    const entry = await quarantine.get(id, tenantId);
    if (!entry) throw ingestError('QUARANTINE_ENTRY_UNKNOWN', `there is no entry ${id}`);
    return entry;
  };
  const remove = async (entry: QuarantineEntry): Promise<void> => {
    await quarantine.remove(entry.id);
    parts.onChanged();
  };

  server.get('/api/v1/quarantine', async (request) => {
    const { tenantId } = await admin(request);
    const { cursor, limit } = parseRequest(quarantinePageQuerySchema, request.query);
    return quarantine.list({ tenantId, afterId: cursor, limit });
  });
  server.get('/api/v1/quarantine/:id', (request) => find(request));
  server.post('/api/v1/quarantine/:id/replay', async (request) => {
    const entry = await find(request);
    const replayed = await replayEntry(entry, store);
    await remove(entry);
    return replayed;
  });
  server.delete('/api/v1/quarantine/:id', async (request, reply) => {
    await remove(await find(request));
    return reply.code(204).send();
  });
}
