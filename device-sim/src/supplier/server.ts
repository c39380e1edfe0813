import { setTimeout as wait } from 'node:timers/promises';

import { orderChangeMessageSchema, purchaseOrderMessageSchema } from '@shelfwire/contract';
import {
  describeIssues,
  withCertificate,
  type ServerCertificate,
  type ServiceMetrics,
} from '@shelfwire/contract/service';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import type { ERROR_CODES } from '../errors.ts';
import { controlSchema } from './behaviour.ts';
import type { Supplier } from './supplier.ts';

/** The supplier's HTTP side: takes orders, shows what it has, and can be told to behave otherwise. */
export function createSupplierServer(
  supplier: Supplier,
  metrics: ServiceMetrics,
  tls?: ServerCertificate,
): FastifyInstance {
  const server = fastify(withCertificate({ logger: false, forceCloseConnections: true, bodyLimit: 262_144 }, tls));
  const requests = metrics.counter('shelfwire_sim_supplier_requests_total');
  const counts = { requests: 0, refused: 0 };

  server.addHook('onRequest', (request, _reply, done) => {
    if (request.method === 'POST' && request.url === '/orders') counts.requests += 1;
    done();
  });

  server.post('/orders', async (request, reply) => {
    const token = tokenOf(request);
    if (!supplier.knowsToken(token)) return refuse(reply, 401, 'SUPPLIER_TOKEN_WRONG', 'the bearer token is not known');
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || key === '') {
      return refuse(reply, 400, 'IDEMPOTENCY_KEY_MISSING', 'the header Idempotency-Key is missing');
    }
    const parsed = purchaseOrderMessageSchema.safeParse(request.body);
    if (!parsed.success) return refuse(reply, 422, 'ORDER_INVALID', describeIssues(parsed.error).join('; '));
    const account = supplier.findAccount(parsed.data.supplierId, token);
    if (!account) {
      return refuse(reply, 401, 'SUPPLIER_TOKEN_WRONG', `the token is not that of ${parsed.data.supplierId}`);
    }
    const { behaviour } = account;
    await wait(behaviour.answerAfterMs);
    if (behaviour.failNext > 0) {
      account.behaviour = { ...account.behaviour, failNext: behaviour.failNext - 1 };
      counts.refused += 1;
      return refuse(reply, 503, 'SUPPLIER_UNAVAILABLE', 'the supplier was told to fail');
    }
    const receipt = supplier.receive(account, key, parsed.data);
    requests.inc({ outcome: receipt.kind });
    if (receipt.kind === 'conflict') return refuse(reply, 422, 'IDEMPOTENCY_KEY_REUSED', receipt.detail);
    if (account.behaviour.breakAfterTakingNext > 0) {
      account.behaviour = { ...account.behaviour, breakAfterTakingNext: account.behaviour.breakAfterTakingNext - 1 };
      reply.hijack();
      request.raw.socket.destroy();
      return reply;
    }
    // A repeat is answered exactly as the first time.
    const { supplierOrderNumber, receivedAtMs } = receipt.order;
    return reply.code(202).send({ orderId: parsed.data.orderId, supplierOrderNumber, receivedAtMs });
  });

  server.post<{ Params: { orderId: string } }>('/orders/:orderId/cancellation', (request, reply) => {
    const account = supplier.accountOf(tokenOf(request), request.params.orderId);
    const answer = account && supplier.cancel(account, request.params.orderId);
    return answer ? reply.send(answer) : refuse(reply, 404, 'ORDER_INVALID', 'there is no such order of this supplier');
  });

  server.post<{ Params: { orderId: string } }>('/orders/:orderId/changes', (request, reply) => {
    const account = supplier.accountOf(tokenOf(request), request.params.orderId);
    const parsed = orderChangeMessageSchema.safeParse(request.body);
    if (!parsed.success) return refuse(reply, 422, 'ORDER_INVALID', describeIssues(parsed.error).join('; '));
    const answer = account && supplier.hurry(account, parsed.data);
    return answer ? reply.send(answer) : refuse(reply, 404, 'ORDER_INVALID', 'there is no such order of this supplier');
  });

  // Whoever is silent stays so; whoever is slow answers when it is time.
  server.post<{ Params: { orderId: string } }>('/orders/:orderId/reminders', (request, reply) =>
    supplier.accountOf(tokenOf(request), request.params.orderId)
      ? reply.code(202).send({})
      : refuse(reply, 404, 'ORDER_INVALID', 'there is no such order of this supplier'),
  );

  server.get('/orders', () => {
    const orders = supplier.book.orders;
    const repeats = orders.reduce((sum, order) => sum + order.repeats, 0);
    return { items: orders, counts: { distinct: orders.length, repeats, ...counts } };
  });

  server.post('/control', async (request, reply) => {
    const parsed = controlSchema.safeParse(request.body);
    if (!parsed.success) return refuse(reply, 422, 'CONFIG_INVALID', describeIssues(parsed.error).join('; '));
    const result = supplier.control(parsed.data.supplierId, parsed.data.behaviour);
    const problems = result.filter((entry) => typeof entry === 'string');
    if (problems.length > 0) return refuse(reply, 422, 'CONFIG_INVALID', problems.join('; '));
    return reply.send({
      items: result.flatMap((entry) =>
        typeof entry === 'string' ? [] : [{ supplierId: entry.supplierId, behaviour: entry.behaviour }],
      ),
    });
  });

  server.get('/healthz', () => ({ status: 'ok', service: 'simulated-supplier' }));
  return server;
}

function tokenOf(request: FastifyRequest): string {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

function refuse(reply: FastifyReply, status: number, code: keyof typeof ERROR_CODES, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title: code, status, code, detail });
}
