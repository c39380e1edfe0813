/**
 * PostgreSQL's own word for "try again": connection lost or refused (class 08, 57P), too many connections or no disk
 * (class 53), serialization failure, deadlock, lock timeout.
 */
const RETRYABLE = /^(08|53|57P|40001|40P01|55P03)/;
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** True if the same work may succeed later without anybody changing it. */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return RETRYABLE.test(code) || NETWORK.has(code);
  // node-postgres gives these two no code.
  return /Connection terminated|timeout exceeded when trying to connect|driver has already been destroyed/.test(
    error.message,
  );
}
