import type { z } from 'zod';

export interface RouteDefinition {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  summary: string;
  /** `none`, a person's access token, or a supplier system's API token; both as `Authorization: Bearer`. */
  auth: 'none' | 'user' | 'supplier-token';
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Media types of the body, unless it is JSON. */
  bodyTypes?: readonly string[];
  response: z.ZodType;
  responseStatus?: number;
  /** Media types of the answer, unless it is JSON. */
  responseTypes?: readonly string[];
}
