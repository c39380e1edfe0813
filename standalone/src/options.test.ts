import { expect, test } from 'vitest';

import { HELP, parseOptions } from './options.ts';

test('without options everything has its default', () => {
  expect(parseOptions([])).toEqual({ dataDir: 'data', host: '127.0.0.1', port: 3000, mqttPort: 1883, sim: true });
});

test('options are taken over', () => {
  const args = ['--data-dir', '/tmp/x', '--port', '0', '--mqtt-port=1999', '--no-sim', '--host', '0.0.0.0'];
  expect(parseOptions(args)).toEqual({ dataDir: '/tmp/x', host: '0.0.0.0', port: 0, mqttPort: 1999, sim: false });
  expect(parseOptions(['--help'])).toBe('help');
  expect(HELP).toContain('--no-sim');
});

test.each([
  [['--prot', '1'], /'--prot'.*see npm start -- --help/],
  [['--port', '70000'], /--port must be a number from 0 to 65535, not "70000"/],
  [['--port', '3k'], /--port must be a number/],
  [['--port', '1883'], /--port and --mqtt-port are both 1883/],
  [['here'], /here/],
  [['--data-dir', ''], /--data-dir is empty/],
])('%j is refused in one sentence', (args, sentence) => {
  let message = '';
  try {
    parseOptions(args);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toMatch(sentence);
  expect(message).not.toContain('\n');
});
