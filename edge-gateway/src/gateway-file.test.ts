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

test('a wrong form hides no wrong meaning, nothing is told twice, and nothing is said about what cannot be read', () => {
  const problems = problemsOf(
    yaml([
      { ...sensorSettings('a'), model: 'tasmotta', topics: ['tele/#/x'], colour: 'red' },
      {
        ...sensorSettings('b'),
        sensors: [{ calibration: { span: 'x' }, filter: { minGrams: 5, maxGrams: 1, jump: 1 } }],
      },
      { ...sensorSettings('a', 'another password'), serial: { path: '/dev/ttyUSB0', baudRate: 9600.5 } },
      { ...sensorSettings('d'), constants: { timeZone: 'Mars/Olympus' }, clock: 'sundial' },
      { ...sensorSettings('e'), model: 7, inside: 'tasmotta', constants: { timeZone: 'Mars/Olympus' } },
      { ...sensorSettings('f'), login: { username: 'f', password: 1234 } },
      { ...sensorSettings('bad id'), topics: undefined, login: { username: '', password: 'x', passwordHash: 'y' } },
      'not a device',
      { ...sensorSettings('bad id') },
    ]),
  );
  expect(problems.map((line) => line.replace('  - devices.', '')).toSorted()).toEqual([
    '0.model: there is no decoder "tasmotta"',
    '0.topics.0: # stands alone as the last level',
    '0: Unrecognized key: "colour"',
    '1.sensors.0.calibration.span: Invalid input: expected number, received string',
    '1.sensors.0.filter: Unrecognized key: "jump"',
    '1.sensors.0.filter: minGrams must be less than maxGrams',
    '2.deviceId: a is there twice',
    '2.login: the login a is there twice with different secrets',
    '2.serial.baudRate: Invalid input: expected int, received number',
    '2: give exactly one of topics, serial and tcp',
    '3.clock: Invalid option: expected one of "device"|"gateway"',
    '3.constants.timeZone: an IANA time zone',
    '4.inside: there is no decoder "tasmotta"',
    '4.model: Invalid input: expected string, received number',
    '5.login.password: Invalid input: expected string, received number',
    '6.deviceId: use letters, digits and . _ : - only, starting with a letter or digit',
    '6.login.passwordHash: write scrypt:<salt>:<hash>, both base64',
    '6.login.username: Too small: expected string to have >=1 characters',
    '6.login: a login needs topics',
    '6.login: give exactly one of password, passwordHash and certificateName',
    '6: give exactly one of topics, serial and tcp',
    '7: Invalid input: expected object, received string',
    '8.deviceId: use letters, digits and . _ : - only, starting with a letter or digit',
  ]);
});

test('mistakes between devices are found too', () => {
  expect(problemsOf(yaml([sensorSettings('a'), sensorSettings('a', 'another password')]))).toEqual([
    expect.stringMatching(/devices\.1\.deviceId: a is there twice/),
    expect.stringMatching(/devices\.1\.login: the login a is there twice with different secrets/),
  ]);
});

test('a constant that the decoder does not know is a mistake, and no default in silence', () => {
  const serial = { path: '/dev/ttyS0' };
  const devices = [
    { deviceId: 'silo', model: 'modbus-loadcell', serial, constants: { unit: 'kg', statusregister: 2 } },
    { deviceId: 'scale', model: 'mt-sics', serial, constants: { unit: 'kg' } },
  ];
  expect(problemsOf(yaml(devices))).toEqual([
    expect.stringMatching(/devices\.0\.constants\.statusregister: modbus-loadcell knows .*statusRegister/),
    expect.stringMatching(/devices\.1\.constants\.unit: mt-sics knows no constants/),
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
