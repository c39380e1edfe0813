import { z } from 'zod';

import { epochMsSchema } from '../reading.ts';
import { loginResponseSchema } from './auth.ts';
import { pageOf, pageQueryFields } from './page.ts';
import {
  auditEntrySchema,
  changePasswordSchema,
  changePersonSchema,
  invitePersonSchema,
  issuedPasswordSchema,
  personSchema,
} from './people.ts';
import type { RouteDefinition } from './route-definition.ts';

const userParams = z.object({ userId: z.uuid() });

/** Who may sign in, and what people did. */
export const PEOPLE_ROUTES = {
  listPeople: {
    method: 'GET',
    path: '/api/v1/users',
    summary: 'Everybody who may sign in, or could once (administrators)',
    auth: 'user',
    response: pageOf(personSchema),
  },
  invitePerson: {
    method: 'POST',
    path: '/api/v1/users',
    summary: 'Let somebody in, with a temporary password that is shown this once',
    auth: 'user',
    body: invitePersonSchema,
    response: issuedPasswordSchema,
    responseStatus: 201,
  },
  changePerson: {
    method: 'PATCH',
    path: '/api/v1/users/:userId',
    summary: 'Change name or role, disable or enable; a change of role or a disabling ends their sessions',
    auth: 'user',
    params: userParams,
    body: changePersonSchema,
    response: personSchema,
  },
  resetPassword: {
    method: 'POST',
    path: '/api/v1/users/:userId/password-reset',
    summary: 'A new temporary password, shown this once; ends their sessions',
    auth: 'user',
    params: userParams,
    response: issuedPasswordSchema,
  },
  changePassword: {
    method: 'POST',
    path: '/api/v1/me/password',
    summary: 'Change one’s own password; ends all sessions and answers with a new one',
    auth: 'user',
    body: changePasswordSchema,
    response: loginResponseSchema,
  },
  listAudit: {
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'What people did and tried: changes, sign-ins, steps of orders; newest first (administrators)',
    auth: 'user',
    query: z.object({
      ...pageQueryFields,
      /** Part of who did it. */
      actor: z.string().max(254).optional(),
      what: z.string().max(60).optional(),
      subjectId: z.string().max(300).optional(),
      kind: z.enum(['changes', 'sign-ins', 'orders']).optional(),
      fromMs: z.coerce.number().pipe(epochMsSchema).optional(),
      toMs: z.coerce.number().pipe(epochMsSchema).optional(),
    }),
    response: pageOf(auditEntrySchema),
  },
} as const satisfies Record<string, RouteDefinition>;
