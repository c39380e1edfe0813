import { ShelfwireError } from '@shelfwire/contract';

export type FullReason = 'bytes' | 'readings' | 'disk' | 'waiting';

const SENTENCES: Record<FullReason, string> = {
  bytes: 'the outbox has reached its bound in bytes',
  readings: 'the outbox has reached its bound in readings',
  disk: 'the disk has reached its free-space floor',
  waiting: 'too many readings wait for the disk',
};

/** The reading was not taken and must not be acknowledged; the device sends it again. */
export class OutboxFullError extends ShelfwireError {
  readonly reason: FullReason;

  constructor(reason: FullReason, options: { cause?: unknown } = {}) {
    super('OUTBOX_FULL', SENTENCES[reason], { retryable: true, ...options });
    this.name = 'OutboxFullError';
    this.reason = reason;
  }
}
