import { idSchema } from '@shelfwire/contract';
import { roleSchema, TELEMETRY_AUDIENCE, TELEMETRY_TOKEN_SECONDS, type Role } from '@shelfwire/contract/api';
import type { FastifyRequest } from 'fastify';
import { jwtVerify } from 'jose';
import { z } from 'zod';

import { ingestError } from '../errors.ts';

/** Clocks of two hosts may differ by as much. */
const CLOCK_TOLERANCE_SECONDS = 30;

const claimsSchema = z
  .object({ sub: z.string().min(1), role: roleSchema, tenantId: idSchema, iat: z.number(), exp: z.number() })
  // Whoever signs such a token for longer has not read why it is short.
  .refine(({ iat, exp }) => exp - iat <= TELEMETRY_TOKEN_SECONDS, 'good for too long');

export interface Caller {
  userId: string;
  role: Role;
  tenantId: string;
}

/**
 * Says for whom the reorder-service calls, by the token that it made for this call. The tenant is the token's, always. The
 * access token that people hold is not taken: who was shut out could show it here until it ends.
 */
export class Authenticator {
  readonly #secret: Uint8Array;

  constructor(jwtSecret: string) {
    this.#secret = new TextEncoder().encode(jwtSecret);
  }

  /** @throws ShelfwireError TOKEN_MISSING, TOKEN_INVALID or ROLE_NOT_ALLOWED */
  async caller(request: FastifyRequest, allowed: readonly Role[]): Promise<Caller> {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined)
      throw ingestError('TOKEN_MISSING', 'ask the reorder-service: this needs a token that it makes');
    const claims = await this.#verify(token);
    if (!allowed.includes(claims.role)) {
      throw ingestError('ROLE_NOT_ALLOWED', `the role ${claims.role} may not do this`);
    }
    return { userId: claims.sub, role: claims.role, tenantId: claims.tenantId };
  }

  async #verify(token: string): Promise<z.infer<typeof claimsSchema>> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        issuer: 'shelfwire',
        audience: TELEMETRY_AUDIENCE,
        algorithms: ['HS256'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return claimsSchema.parse(payload);
    } catch (error) {
      throw ingestError('TOKEN_INVALID', 'the token is not one that the reorder-service made for this call just now', {
        cause: error,
      });
    }
  }
}
