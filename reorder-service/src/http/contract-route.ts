import {
  applyDecorators,
  createParamDecorator,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Put,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import { API_ROUTES, type RouteDefinition, type RouteName } from '@shelfwire/contract/api';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

import { HttpProblem } from './problems.ts';

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;
const ROUTE_NAME = 'shelfwire:route';

type Routes = typeof API_ROUTES;
type Part<Name extends RouteName, Key extends string> =
  Routes[Name] extends Record<Key, infer Schema extends z.ZodType> ? z.infer<Schema> : undefined;

/** What a handler of this route is given, read by the contract's schemas. */
export interface InputOf<Name extends RouteName> {
  params: Part<Name, 'params'>;
  query: Part<Name, 'query'>;
  body: Part<Name, 'body'>;
}
export type ResponseOf<Name extends RouteName> = z.infer<Routes[Name]['response']>;

/** Makes a method the handler of one route of the contract: method, path, status and who may call come from there. */
export function ContractRoute(name: RouteName): MethodDecorator {
  const route: RouteDefinition = API_ROUTES[name];
  return applyDecorators(
    METHODS[route.method](route.path),
    HttpCode(route.responseStatus ?? 200),
    SetMetadata(ROUTE_NAME, name),
  );
}

/** @returns undefined for a handler that is none of the contract's */
export function routeOf(handler: object): (RouteDefinition & { name: RouteName }) | undefined {
  const name = Reflect.getMetadata(ROUTE_NAME, handler) as RouteName | undefined;
  return name && { ...API_ROUTES[name], name };
}

/** Injects the route's InputOf. @throws HttpProblem REQUEST_INVALID with every problem */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const route = routeOf(context.getHandler());
  if (!route) throw new Error('@Input() needs @ContractRoute()');
  return readInput(route, context.switchToHttp().getRequest<FastifyRequest>());
});

function readInput(route: RouteDefinition, request: FastifyRequest): Record<string, unknown> {
  const problems: { where: string; what: string }[] = [];
  const input: Record<string, unknown> = {};
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = route[part];
    if (!schema) continue;
    const parsed = schema.safeParse(request[part] ?? undefined);
    if (parsed.success) input[part] = parsed.data;
    else
      for (const { path, message } of parsed.error.issues)
        problems.push({ where: [part, ...path].join('.'), what: message });
  }
  // An id that cannot exist is one that does not exist: the answer is the same as for any unknown id.
  if (problems.length > 0 && problems.every(({ where }) => where.startsWith('params'))) {
    throw new HttpProblem('NOT_FOUND', 'There is nothing with this id');
  }
  if (problems.length > 0)
    throw new HttpProblem('REQUEST_INVALID', 'The request is not of the form described', { problems });
  return input;
}
