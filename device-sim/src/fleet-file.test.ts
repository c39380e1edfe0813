import { expect, test } from 'vitest';

import { readFleet } from './fleet-file.ts';

const FLEET = `
seed: 7
bins:
  - { binId: b1, itemId: bolt, partNumber: P-1, pieceGrams: 12, startPieces: 40, capacity: 100,
      customers: { takesPerHour: 60, piecesPerTake: [1, 4] } }
devices:
  - { kind: tasmota, deviceId: s1, binId: b1, login: { username: s1, password: secret-1 } }
suppliers:
  - { supplierId: acme, token: acme-token, behaviour: { acknowledgeAfterMs: 10 } }
`;

test('a fleet file is read, what is left out gets its default', () => {
  const fleet = readFleet(FLEET, 'fleet.yaml');
  expect(fleet.seed).toBe('7');
  expect(fleet.devices[0]).toMatchObject({ intervalMs: 1_000, divisionGrams: 1 });
  expect(fleet.suppliers[0]?.behaviour).toMatchObject({ acknowledgeAfterMs: 10, confirmRatio: 1 });
});

test('mistakes of form and of reference are reported together, each with its place', () => {
  const broken = FLEET.replace('pieceGrams: 12', 'pieceGrams: -1')
    .replace('[1, 4]', '[4, 1]')
    .replace('binId: b1, login', 'binId: b9, login')
    .replace('acknowledgeAfterMs: 10', 'acknowledgeafterMs: 10');
  let message = '';
  try {
    readFleet(broken, 'fleet.yaml');
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain('4 problems in fleet.yaml');
  expect(message).toContain('bins.0.pieceGrams');
  expect(message).toContain('bins.0.customers.piecesPerTake: [from, to] with from ≤ to');
  expect(message).toContain('devices.0.binId: there is no bin "b9"');
  expect(message).toContain('suppliers.0.behaviour');
});

test('a file that is no YAML, or no fleet, says so', () => {
  expect(() => readFleet('a: [', 'x.yaml')).toThrow(/problem in x\.yaml:\n {2}- \(yaml\)/);
  expect(() => readFleet('[]', 'x.yaml')).toThrow(/x\.yaml/);
  expect(() => readFleet('bins: 3\ndevices: [1]\nseed: x', 'x.yaml')).toThrow(/2 problems/);
});

test('two devices with one id are a mistake', () => {
  const twice = FLEET.replace(
    'suppliers:',
    '  - { kind: esphome, deviceId: s1, binId: b1, login: { username: s1, password: x } }\nsuppliers:',
  );
  expect(() => readFleet(twice, 'f')).toThrow('devices.1.deviceId: "s1" is used twice');
});
