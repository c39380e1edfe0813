import type { FastifyReply } from 'fastify';

export function unknownDevice(reply: FastifyReply): Promise<FastifyReply> {
  return problem(reply, 404, 'UNKNOWN_DEVICE', 'There is no device of this id.');
}

/** An answer as `application/problem+json`; `code` is one of errors.ts. */
export async function problem(
  reply: FastifyReply,
  status: number,
  code: string,
  detail: string,
): Promise<FastifyReply> {
  const body = { type: 'about:blank', title: code, status, code, detail };
  return reply.code(status).type('application/problem+json').send(body);
}
