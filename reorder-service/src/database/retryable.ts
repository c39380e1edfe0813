import { ZodError } from 'zod';

/**
 * SQLSTATE classes that blame the data: data exception (22), integrity constraint violation (23), program limit exceeded
 * (54, a value too large for its index). The same data fails again, whoever tries.
 */
const BLAMES_THE_DATA = /^(22|23|54)[0-9A-Z]{3}$/;
/** What this program throws where it cannot make sense of a value. */
const BLAME_THE_DATA = [RangeError, TypeError, SyntaxError, ZodError];

/**
 * True unless the data itself is to blame. What is not known for sure to be the data's fault (a full disk, a cancelled
 * statement, a missing table during an upgrade) must not be confirmed: what was confirmed is gone.
 */
export function isRetryable(error: unknown): boolean {
  if (BLAME_THE_DATA.some((kind) => error instanceof kind)) return false;
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return !(typeof code === 'string' && BLAMES_THE_DATA.test(code));
}
