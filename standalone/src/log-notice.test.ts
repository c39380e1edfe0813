import { expect, test } from 'vitest';

import { describeLine, NoticeGate } from './log-notice.ts';

test('warnings and worse are told in plain words, everything below is not', () => {
  expect(describeLine('{"level":"info","msg":"up"}')).toBeUndefined();
  expect(describeLine('{"level":"warn","msg":"late","reason":"slow disk"}')).toEqual({
    level: 'warn',
    text: 'late: slow disk',
  });
  expect(describeLine('{"level":"error","msg":"lost","err":{"message":"EIO\\nat x"}}')).toEqual({
    level: 'error',
    text: 'lost: EIO',
  });
  expect(describeLine('TypeError [ERR_X]: no')).toEqual({ level: 'error', text: 'TypeError [ERR_X]: no' });
  expect(describeLine('    at file.js:1')).toBeUndefined();
});

test('a wrong configuration needs a person: starting again will not help', () => {
  expect(describeLine('{"level":"fatal","code":"CONFIG_INVALID","msg":"2 problems"}')).toMatchObject({
    needsPerson: true,
  });
});

test('the same notice comes once a minute, with the number of those held back', () => {
  const gate = new NoticeGate();
  const notice = { level: 'warn', text: 'attempt 1 failed' } as const;
  expect(gate.pass('x', notice, 0)).toBe('x: attempt 1 failed');
  expect(gate.pass('x', { ...notice, text: 'attempt 2 failed' }, 1_000)).toBeUndefined();
  expect(gate.pass('y', notice, 1_000)).toBe('y: attempt 1 failed');
  expect(gate.pass('x', { ...notice, text: 'attempt 3 failed' }, 60_000)).toBe(
    'x: attempt 3 failed (and 1 more like it)',
  );
});
