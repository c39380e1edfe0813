import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect, test } from 'vitest';

import { createLogger } from './log.ts';

const PROGRAM = `
import { createLogger } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
const logger = createLogger('test');
process.once('SIGTERM', () => {
  logger.info('stopping');
  logger.info('stopped');
  process.exit(0);
});
setInterval(() => undefined, 1_000);
logger.info('up');
`;

test('a process whose output nobody reads any more still ends', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', PROGRAM], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const closed = once(child.stdout, 'close');
  child.stdout.destroy();
  await closed;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 25_000);
  expect(await once(child, 'exit')).toEqual([0, null]);
  clearTimeout(timer);
});

test('a level that is none does not keep the service from saying so', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  createLogger('test', { level: 'loud', destination }).info('SHELFWIRE_LOG_LEVEL is wrong');
  createLogger('test', { level: 'silent', destination }).fatal('not said');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['SHELFWIRE_LOG_LEVEL is wrong']);
});
