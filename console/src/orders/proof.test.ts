import { expect, test } from 'vitest';

import { arithmeticSteps, describePolicy, figuresOf } from './proof-figures';
import { describeReading } from './proof-readings';

const atMs = 1_795_353_352_512;
const taken = {
  kind: 'CONSUMPTION',
  change: -4,
  onHandAfter: 59,
  atMs,
  gatewayId: 'gw-1',
  outboxId: '9b1b',
  sequence: 7,
  evidence: {
    cause: 'down',
    quantity: 59.1,
    uncertainty: 0.4,
    reading: {
      kind: 'weight',
      deviceId: 'scale-01',
      sensorId: 'HX711',
      receivedAtMs: atMs,
      clockQuality: 'gateway',
      quality: 'good',
      netGrams: 590.4,
      stable: true,
    },
  },
};

test('a reading says what changed, what the level was after it, and who measured what', () => {
  expect(describeReading(taken, 'pcs')).toEqual({
    atMs,
    what: 'Taken',
    change: '−4',
    level: '59 pcs',
    source: 'scale-01, HX711',
    measured: '590.4 g net, steady',
    quality: 'good',
    note: undefined,
  });
});

test.each([
  [{ reading: { deviceId: 'tank-1', distanceMm: 412, fillRatio: 0.376 } }, 'tank-1', '412 mm away, 38 % full'],
  [{ counted: { binId: 'A', quantity: 12, by: 'ann@plant.example' } }, 'counted by ann@plant.example', 'showed 12 pcs'],
  [
    { reading: { deviceId: 'gate', epcUri: 'urn:epc:id:sgtin:1.2.3', presence: 'left' } },
    'gate',
    'tag urn:epc:id:sgtin:1.2.3, left',
  ],
  [{ series: 'scale-01', quantity: 59.126, late: true }, 'scale-01', 'showed 59.13 pcs'],
])('other evidence is named too: %j', (evidence, source, measured) => {
  expect(describeReading({ ...taken, evidence }, 'pcs')).toMatchObject({ source, measured });
});

test.each([
  {},
  { atMs: 1e300 },
  { evidence: null, change: 'four', atMs: 'noon' },
  { evidence: { reading: [] }, kind: 'SOMETHING_NEW' },
])('a proof of another form gives less, and never fails: %j', (movement) => {
  const described = describeReading(movement, undefined);
  expect(described).toMatchObject({ atMs: undefined, change: undefined, source: undefined, measured: undefined });
  expect(described.what).toMatch(/^(Reading|Something new)$/);
});

test('figures have units and leave out what says nothing', () => {
  const position = { inventoryPosition: 12, onHand: 12, openLines: [], computed: { a: 1 }, strange: null };
  expect(figuresOf(position, 'pcs')).toEqual([
    { label: 'On hand', value: '12 pcs' },
    { label: 'Inventory position', value: '12 pcs' },
  ]);
  const policy = { target: 0.95, cycleDays: 1, reviewDays: ['MON', 'THU'], shadow: false, newThing: true };
  expect(figuresOf(policy, 'pcs')).toEqual([
    { label: 'Service level', value: '95 %' },
    { label: 'One order is for', value: '1 day' },
    { label: 'Review days', value: 'Mon, Thu' },
    { label: 'New thing', value: 'yes' },
  ]);
  const openLines = [
    { orderNumber: 'PO-000001', lineNumber: 1 },
    { orderNumber: 'PO-000001', lineNumber: 2 },
  ];
  expect(figuresOf({ openLines }, 'pcs')).toEqual([{ label: 'Open orders', value: 'PO-000001' }]);
});

test('a policy is named in words, also one of a later version', () => {
  expect(describePolicy({ type: 'MIN_MAX', version: 3 })).toBe('min-max, version 3');
  expect(describePolicy({ type: 'BY_FORECAST', version: 0 })).toBe('by forecast');
});

test('the arithmetic reads as steps, in stock units until the packs', () => {
  const arithmetic = [
    { step: 'on hand', value: 12 },
    { step: 'reserved', value: 2 },
    { step: 'inventory position', value: 10 },
    { step: 'in boxes of 50, rounded up', value: 1 },
    { step: 'minimum 1, multiple 1', value: 1 },
    { step: 'ordered in stock units', value: 50 },
  ];
  expect(arithmeticSteps(arithmetic, { unit: 'pcs', orderUnit: 'box' })).toEqual([
    { sign: '', label: 'On hand', value: '12 pcs' },
    { sign: '−', label: 'Reserved', value: '2 pcs' },
    { sign: '=', label: 'Inventory position', value: '10 pcs' },
    { sign: '', label: 'In boxes of 50, rounded up', value: '1 × box' },
    { sign: '=', label: 'Ordered', value: '50 pcs' },
  ]);
});
