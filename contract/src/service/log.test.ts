import { expect, test } from 'vitest';

import { createLogger } from './log.ts';

test('secrets never reach the log, at any of three levels', () => {
  const lines: string[] = [];
  const logger = createLogger('test', { destination: { write: (line: string) => void lines.push(line) } });
  logger.info({ password: 'p1', device: { token: 't2', login: { password: 'p3' } } }, 'hello');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/p1|t2|p3/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', service: 'test', msg: 'hello' });
});
