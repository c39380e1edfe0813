import { idSchema } from '@shelfwire/contract';
import { roleSchema, type Role } from '@shelfwire/contract/api';
import type { FastifyRequest } from 'fastify';
import { jwtVerify } from 'jose';
import { z } from 'zod';

import { ingestError } from '../errors.ts';

const claimsSchema = z.object({ sub: z.string().min(1), role: roleSchema, tenantId: idSchema });
export interface Caller {
  userId: string;
  role: Role;
  tenantId: string;
}

/** Says who calls, by the access token that the reorder-service gave out. The tenant is the token's, always. */
export class Authenticator {
  readonly #secret: Uint8Array;

  constructor(jwtSecret: string) {
    this.#secret = new TextEncoder().encode(jwtSecret);
  }

  /** @throws ShelfwireError TOKEN_MISSING, TOKEN_INVALID or ROLE_NOT_ALLOWED */
  async caller(request: FastifyRequest, allowed: readonly Role[]): Promise<Caller> {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw ingestError('TOKEN_MISSING', 'sign in first: this needs an access token');
    const claims = await this.#verify(token);
    if (!allowed.includes(claims.role)) {
      throw ingestError('ROLE_NOT_ALLOWED', `the role ${claims.role} may not do this`);
    }
    return { userId: claims.sub, role: claims.role, tenantId: claims.tenantId };
  }

  async #verify(token: string): Promise<z.infer<typeof claimsSchema>> {
    try {
      const { payload } = await jwtVerify(token, this.#secret, { issuer: 'shelfwire', algorithms: ['HS256'] });
      return claimsSchema.parse(payload);
    } catch (error) {
      throw ingestError('TOKEN_INVALID', 'the access token is not valid (any more): sign in again', { cause: error });
    }
  }
}
