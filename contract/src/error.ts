/**
 * An error named by what the caller must do about it. Three reactions only: retry (`retryable`), quarantine, crash.
 * Every code stands in docs/errors.md; a test compares.
 */
export class ShelfwireError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  /** @param message one sentence: what is wrong and what to do */
  constructor(code: string, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ShelfwireError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
