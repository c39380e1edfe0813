import { createParamDecorator, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Role, RouteName } from '@shelfwire/contract/api';
import type { FastifyRequest } from 'fastify';

import { AccessTokens } from '../auth/access-tokens.ts';
import type { Principal, SupplierPrincipal, UserPrincipal } from '../auth/principal.ts';
import { SessionWatch } from '../auth/session-watch.ts';
import { SupplierTokens } from '../auth/supplier-tokens.ts';
import { routeOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

const ROLES = 'shelfwire:roles';
const PUBLIC = 'shelfwire:public';
const OPEN_WITH_TEMPORARY_PASSWORD: ReadonlySet<RouteName> = new Set(['currentUser', 'changePassword']);
const principals = new WeakMap<FastifyRequest, Principal>();

/** Only these roles may call it; without it, every person who is signed in may. */
export const Roles = (...roles: Role[]): MethodDecorator => SetMetadata(ROLES, roles);

/** @returns undefined where every person who is signed in may call it */
export function rolesOf(handler: object): readonly Role[] | undefined {
  return Reflect.getMetadata(ROLES, handler) as Role[] | undefined;
}

/** For what is no route of the contract and open to everybody. */
export const Public = (): MethodDecorator => SetMetadata(PUBLIC, true);

/** Injects the person who asks. */
export const CurrentPerson = createParamDecorator((_: unknown, context: ExecutionContext): UserPrincipal => {
  const principal = principals.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (principal?.kind !== 'user') throw new Error('@CurrentPerson() needs a route with auth "user"');
  return principal;
});

/** Injects the supplier whose system asks. */
export const CurrentSupplier = createParamDecorator((_: unknown, context: ExecutionContext): SupplierPrincipal => {
  const principal = principals.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (principal?.kind !== 'supplier-system') throw new Error('@CurrentSupplier() needs auth "supplier-token"');
  return principal;
});

/** Lets in whom the contract's route names. A handler that is no route of the contract needs a person, to be safe. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly supplierTokens: SupplierTokens,
    private readonly sessions: SessionWatch,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const handler = context.getHandler();
    const auth = routeOf(handler)?.auth ?? 'user';
    if (auth === 'none' || Reflect.getMetadata(PUBLIC, handler) === true) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = bearerOf(request);
    const principal = auth === 'user' ? await this.accessTokens.verify(token) : await this.supplierTokens.verify(token);
    if (!principal) throw notSignedIn();
    if (principal.kind === 'user') await this.#checkSession(principal, routeOf(handler)?.name);
    const roles = rolesOf(handler);
    if (roles && !(principal.kind === 'user' && roles.includes(principal.role))) {
      throw new HttpProblem('NOT_ALLOWED', `This needs the role ${roles.join(' or ')}`);
    }
    principals.set(request, principal);
    return true;
  }

  async #checkSession(person: UserPrincipal, route: RouteName | undefined): Promise<void> {
    const state = await this.sessions.stateOf(person.userId, person.sessionNumber, Date.now());
    if (state === 'ended') throw notSignedIn();
    if (state === 'password-temporary' && !(route && OPEN_WITH_TEMPORARY_PASSWORD.has(route))) {
      throw new HttpProblem('PASSWORD_TEMPORARY', 'Change the temporary password first');
    }
  }
}

function bearerOf(request: FastifyRequest): string {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' ? (token ?? '') : '';
}

function notSignedIn(): HttpProblem {
  return new HttpProblem('NOT_SIGNED_IN', 'Sign in first, or again: the session has ended', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
}
