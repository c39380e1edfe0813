import { z } from 'zod';

import { idSchema } from '../reading.ts';

export const roleSchema = z.enum(['admin', 'buyer', 'operator', 'viewer', 'supplier']);
export type Role = z.infer<typeof roleSchema>;

export const loginRequestSchema = z.object({ email: z.email().max(254), password: z.string().min(1).max(1_000) });
export type LoginRequest = z.infer<typeof loginRequestSchema>;

export const currentUserSchema = z.object({
  userId: z.uuid(),
  email: z.email(),
  displayName: z.string(),
  role: roleSchema,
  tenantId: idSchema,
  /** Only for the role `supplier`: whose orders they see. */
  supplierId: idSchema.nullable(),
  /** true: nothing is open to them until they have changed the password that an administrator made. */
  passwordTemporary: z.boolean(),
});
export type CurrentUser = z.infer<typeof currentUserSchema>;

export const loginResponseSchema = z.object({
  accessToken: z.string(),
  expiresAtMs: z.int(),
  user: currentUserSchema,
});
export type LoginResponse = z.infer<typeof loginResponseSchema>;
