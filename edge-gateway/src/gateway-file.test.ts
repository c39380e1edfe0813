import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { parseGatewayFile } from './gateway-file.ts';
import { sensorSettings, SITE } from './test-site.ts';

function problemsOf(text: string): string[] {
  try {
    parseGatewayFile(text, 'gateway.yaml');
  } catch (error) {
    return (error as Error).message.split('\n').slice(1);
  }
  return [];
}

const yaml = (devices: readonly unknown[]): string => stringify({ ...SITE, gatewayId: 'gw-1', devices });

test('all mistakes are reported at once, each with where it is', () => {
  const problems = problemsOf(
    yaml([
      { ...sensorSettings('a'), model: 'tasmotta' },
      { ...sensorSettings('b'), topics: ['tele/#/x'] },
      { ...sensorSettings('c'), sensors: [{ filter: { medianOf: 2 } }] },
      { ...sensorSettings('a'), serial: { path: '/dev/ttyUSB0' } },
      { ...sensorSettings('d'), model: 'decentlab-dl-lid', colour: 'red' },
    ]),
  );
  expect(problems).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/devices\.0\.model: there is no decoder "tasmotta"/),
      expect.stringMatching(/devices\.1\.topics\.0: # stands alone/),
      expect.stringMatching(/devices\.2\.sensors\.0\.filter\.medianOf: must be odd/),
      expect.stringMatching(/devices\.4: Unrecognized key: "colour"/),
    ]),
  );
});

test('mistakes between devices are found too', () => {
  expect(problemsOf(yaml([sensorSettings('a'), sensorSettings('a', 'another password')]))).toEqual([
    expect.stringMatching(/devices\.1\.deviceId: a is there twice/),
    expect.stringMatching(/devices\.1\.login: the login a is there twice with different secrets/),
  ]);
});

test('a password is never part of a problem', () => {
  const password = 'correct horse';
  const login = { username: 'a', password, passwordHash: password };
  expect(problemsOf(yaml([{ ...sensorSettings('a'), login }])).join('\n')).not.toContain('horse');
});

test('thousands of devices may share their login through a YAML anchor', () => {
  const login = { username: 'bridge', password: 'secret' };
  const devices = Array.from({ length: 300 }, (_, index) => ({ ...sensorSettings(`level-${index}`), login }));
  expect(parseGatewayFile(yaml(devices), 'gateway.yaml').devices).toHaveLength(300);
});

test('broken YAML says what is wrong and on which line', () => {
  expect(problemsOf('tenantId: demo\ndevices: [ {')).toContainEqual(expect.stringMatching(/\(yaml\): .* at line 2/));
});
