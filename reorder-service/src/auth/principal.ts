import { idSchema } from '@shelfwire/contract';
import { roleSchema } from '@shelfwire/contract/api';
import { z } from 'zod';

/** A person, as the access token says. */
export const accessClaimsSchema = z.object({
  sub: z.uuid(),
  email: z.string(),
  role: roleSchema,
  tenantId: idSchema,
  supplierId: idSchema.optional(),
  iss: z.literal('shelfwire'),
  /** A token for another audience (the ingest-service) is no access token. */
  aud: z.undefined().optional(),
  exp: z.int(),
  /** Of the user when they signed in (session-watch.ts); tokens of older versions have none, and are the first. */
  session: z.int().default(0),
});
export type AccessClaims = z.infer<typeof accessClaimsSchema>;

/** Who asks: a person with an access token, or a supplier's system with its API token. */
export type Principal =
  | {
      kind: 'user';
      userId: string;
      email: string;
      role: AccessClaims['role'];
      tenantId: string;
      /** Set for the role `supplier` only: the one whose items and orders they may see. */
      supplierId: string | undefined;
      expiresAtMs: number;
      sessionNumber: number;
    }
  | { kind: 'supplier-system'; tenantId: string; supplierId: string };
export type UserPrincipal = Extract<Principal, { kind: 'user' }>;
export type SupplierPrincipal = Extract<Principal, { kind: 'supplier-system' }>;
