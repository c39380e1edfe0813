import { HTTP_ERROR_CODES } from './http/problems.ts';

/** Every code of this service; docs/errors.md is generated from here. */
export const ERROR_CODES = {
  ...HTTP_ERROR_CODES,
  ADMIN_INCOMPLETE: {
    what: 'Only one of SHELFWIRE_ADMIN_EMAIL and SHELFWIRE_ADMIN_PASSWORD is set; the service does not start',
    todo: 'Set both, or neither',
  },
  ADMIN_TENANT_UNKNOWN: {
    what: 'SHELFWIRE_ADMIN_TENANT names no tenant, or the administrator exists in another one; the service does not start',
    todo: 'Write the tenant into catalogue.yaml, or correct the setting; a person belongs to one tenant for good',
  },
  BROKER_UNAVAILABLE: {
    what: 'The central broker did not acknowledge a confirmation or an event in time; it is tried again',
    todo: 'See whether the broker runs and can be reached; nothing is lost meanwhile',
  },
  CONSOLE_NOT_BUILT: {
    what: 'SHELFWIRE_CONSOLE_DIR holds no index.html; the service does not start',
    todo: 'Run `npm run build`, or unset it',
  },
  DATABASE_MIGRATION_FAILED: {
    what: 'The database could not be brought to the newest form; the service does not start',
    todo: 'Read the reason in the message; what succeeded before stays, and the next start goes on from there',
  },
  DATABASE_URL_UNKNOWN: {
    what: 'SHELFWIRE_DATABASE_URL begins with neither postgres:// nor pglite:',
    todo: 'Correct it',
  },
} as const;
