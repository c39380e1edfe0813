import { z } from 'zod';

import { epochMsSchema, idSchema } from '../reading.ts';
import { roleSchema } from './auth.ts';

/** Long rather than odd: what NIST SP 800-63B asks for. */
const newPasswordSchema = z.string().min(12, 'at least 12 characters').max(1_000);

/** Somebody who may sign in, as administrators see them. */
export const personSchema = z.object({
  userId: z.uuid(),
  email: z.email(),
  displayName: z.string(),
  role: roleSchema,
  supplierId: idSchema.nullable(),
  createdAtMs: epochMsSchema,
  /** null: has never signed in. */
  lastSignInAtMs: epochMsSchema.nullable(),
  /** true: an administrator made the password, and it must be changed at the next sign-in. */
  passwordTemporary: z.boolean(),
  /** null: may sign in. */
  disabledAtMs: epochMsSchema.nullable(),
});
export type Person = z.infer<typeof personSchema>;

const supplierFitsRole = {
  check: (person: { role?: string | undefined; supplierId?: string | null | undefined }): boolean =>
    person.role === undefined || (person.role === 'supplier') === (typeof person.supplierId === 'string'),
  problem: { path: ['supplierId'], message: 'people of a supplier need it, and others must not have one' },
};

export const invitePersonSchema = z
  .object({
    email: z.email().max(254),
    displayName: z.string().trim().min(1).max(100),
    role: roleSchema,
    supplierId: idSchema.nullable().default(null),
  })
  .refine(supplierFitsRole.check, supplierFitsRole.problem);
export type InvitePerson = z.infer<typeof invitePersonSchema>;

/** What is left out stays. A role comes with its supplier, or with none. */
export const changePersonSchema = z
  .object({
    displayName: z.string().trim().min(1).max(100).optional(),
    role: roleSchema.optional(),
    supplierId: idSchema.nullable().optional(),
    disabled: z.boolean().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'names nothing to change',
  })
  .refine(supplierFitsRole.check, supplierFitsRole.problem)
  .refine((change) => change.supplierId === undefined || change.role !== undefined, {
    path: ['role'],
    message: 'a supplier comes with the role',
  });
export type ChangePerson = z.infer<typeof changePersonSchema>;

/** The password is shown this once; only its hash is kept. It must be changed at the first sign-in, within seven days. */
export const issuedPasswordSchema = z.object({
  person: personSchema,
  temporaryPassword: z.string(),
  expiresAtMs: epochMsSchema,
});

export const changePasswordSchema = z.object({
  currentPassword: z.string().min(1).max(1_000),
  newPassword: newPasswordSchema,
});

/** Something that a person did, or tried: a change of what money or access depends on, a sign-in, a step of an order. */
export const auditEntrySchema = z.object({
  entryId: z.string(),
  atMs: epochMsSchema,
  /** An email, or the part of the service that did it. */
  actor: z.string(),
  /** PolicyChanged, BinSnoozed, approval-rule, SignedIn, SignInFailed, OrderApproved, … */
  what: z.string(),
  /** What it was done to: a policy, a user, an order. */
  subjectId: z.string(),
  /** `before` and `after` of a change; `note` of an order’s step. */
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
