import { levels, pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

const SECRET_KEYS = ['password', 'token', 'accessToken', 'authorization', 'secret', 'passwordHash', 'apiToken'];

const LEVELS: ReadonlySet<string> = new Set([...Object.keys(levels.values), 'silent']);

/**
 * JSON lines on stdout. ERROR = data lost or a person must act; WARN = recovered; INFO = life cycle; DEBUG = the rest.
 * Fields named like secrets are removed, three levels deep. What is no level is `info`: the logger is made before the
 * configuration is checked, and has to tell what is wrong with it.
 */
export function createLogger(
  service: string,
  options: { level?: string | undefined; destination?: DestinationStream } = {},
): Logger {
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const settings = {
    level: options.level !== undefined && LEVELS.has(options.level) ? options.level : 'info',
    base: { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '[secret]' },
  };
  // Synchronous: nothing is lost when a process ends in the next line, and one that lost its reader can end at all.
  // pino's buffered default flushes at exit, and on a broken pipe sonic-boom repeats that for ever.
  return pino(settings, options.destination ?? pino.destination({ dest: 1, sync: true }));
}
