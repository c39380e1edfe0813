import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TELEMETRY_AUDIENCE, TELEMETRY_TOKEN_SECONDS } from '@shelfwire/contract/api';

import { accessClaimsSchema, type UserPrincipal } from './principal.ts';
import type { User } from './users.ts';

export const ISSUER = 'shelfwire';
/** One working day: whoever signs in in the morning is not thrown out at noon. */
const LIFETIME_SECONDS = 12 * 60 * 60;

/** Makes and checks access tokens: JWT, HS256 only, so that a token cannot choose its own algorithm. */
@Injectable()
export class AccessTokens {
  constructor(private readonly jwt: JwtService) {}

  async issue(user: User, sessionNumber: number): Promise<{ accessToken: string; expiresAtMs: number }> {
    const accessToken = await this.jwt.signAsync(
      {
        email: user.email,
        role: user.role,
        tenantId: user.tenantId,
        session: sessionNumber,
        ...(user.supplierId === null ? {} : { supplierId: user.supplierId }),
      },
      { subject: user.userId, issuer: ISSUER, algorithm: 'HS256', expiresIn: LIFETIME_SECONDS },
    );
    const { exp } = this.jwt.decode<{ exp: number }>(accessToken);
    return { accessToken, expiresAtMs: exp * 1_000 };
  }

  /** What the ingest-service believes, for a minute: that this person's session was good just now. */
  issueForTelemetry({ userId, role, tenantId }: UserPrincipal): Promise<string> {
    return this.jwt.signAsync(
      { role, tenantId },
      {
        subject: userId,
        issuer: ISSUER,
        audience: TELEMETRY_AUDIENCE,
        algorithm: 'HS256',
        expiresIn: TELEMETRY_TOKEN_SECONDS,
      },
    );
  }

  /** @returns undefined for a token that is not ours, was changed or has expired */
  async verify(token: string): Promise<UserPrincipal | undefined> {
    let payload: unknown;
    try {
      payload = await this.jwt.verifyAsync(token, { algorithms: ['HS256'], issuer: ISSUER });
    } catch {
      return undefined;
    }
    const claims = accessClaimsSchema.safeParse(payload);
    if (!claims.success) return undefined;
    const { sub, email, role, tenantId, supplierId, exp, session: sessionNumber } = claims.data;
    if ((role === 'supplier') !== (supplierId !== undefined)) return undefined;
    return { kind: 'user', userId: sub, email, role, tenantId, supplierId, expiresAtMs: exp * 1_000, sessionNumber };
  }
}
