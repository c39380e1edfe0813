import { ShelfwireError } from '../error.ts';
import type { Logger } from './log.ts';
import { stopTracing } from './tracing.ts';

/** A running service. `close` drains: takes nothing new, finishes what was taken, frees everything. */
export interface RunningService {
  close(): Promise<void>;
}

const DRAIN_TIMEOUT_MS = 20_000;

/**
 * The life of a service's process: start, run until SIGTERM or SIGINT, drain, exit 0. A failed start says why in one
 * line and exits 1; so does an error nobody caught, since its state is not known any more (crash, and be started again).
 */
export async function runService(logger: Logger, start: () => Promise<RunningService>): Promise<void> {
  const crash = (error: unknown): void => {
    logger.fatal({ err: error }, 'unexpected error, the process ends');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  let running: RunningService;
  try {
    running = await start();
  } catch (error) {
    if (error instanceof ShelfwireError) logger.fatal({ code: error.code }, error.message);
    else logger.fatal({ err: error }, 'cannot start');
    process.exit(1);
  }

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    const timer = setTimeout(() => {
      logger.error({ drainTimeoutMs: DRAIN_TIMEOUT_MS }, 'did not drain in time, the process ends');
      process.exit(1);
    }, DRAIN_TIMEOUT_MS);
    const ended = running.close().then(stopTracing);
    ended.then(() => {
      clearTimeout(timer);
      logger.info('stopped');
      process.exit(0);
    }, crash);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
