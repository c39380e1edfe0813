import type { Logger } from '@shelfwire/contract/service';

export interface AuthOptions {
  /** At least 32 characters, shared with the ingest-service. */
  jwtSecret: string;
  adminEmail?: string | undefined;
  adminPassword?: string | undefined;
  adminTenant?: string | undefined;
  logger: Logger;
}

export const AUTH_OPTIONS = Symbol('AUTH_OPTIONS');
