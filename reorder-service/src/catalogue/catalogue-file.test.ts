import { expect, test } from 'vitest';
import { stringify } from 'yaml';

import { parseCatalogue } from './catalogue-file.ts';

const IDS = { tenantId: 'demo' };
const SITE = { siteId: 'plant-1', name: 'Plant 1', locations: [{ locationId: 'rack-a', name: 'Rack A' }] };
const BIN = { ...IDS, siteId: 'plant-1', binId: 'A-01', name: 'A-01', locationId: 'rack-a', itemId: 'bolt' };
const GOOD = {
  tenants: [{ ...IDS, name: 'Demo', sites: [SITE] }],
  suppliers: [
    { ...IDS, supplierId: 'boltwerk', name: 'Boltwerk', endpoint: 'http://127.0.0.1:3100', apiToken: 'a long token' },
  ],
  items: [{ ...IDS, itemId: 'bolt', sku: 'B-8', name: 'Bolt', pieceGrams: 12.5 }],
  supplierItems: [{ ...IDS, supplierId: 'boltwerk', itemId: 'bolt', partNumber: 'BW-8' }],
  bins: [{ ...BIN, sensor: { deviceId: 'scale-01', kind: 'weight' } }],
  policies: [{ ...IDS, siteId: 'plant-1', binId: 'A-01', type: 'MIN_MAX', reorderPoint: 10, orderUpTo: 20 }],
};

function problemsOf(changes: Record<string, unknown>): string[] {
  try {
    parseCatalogue(stringify({ ...GOOD, ...changes }), 'catalogue.yaml');
  } catch (error) {
    const lines = (error as Error).message.split('\n').slice(1);
    return lines.map((line) => line.replace('  - ', '')).toSorted();
  }
  return [];
}

test('a good catalogue has no problems', () => {
  expect(problemsOf({})).toEqual([]);
});

test('a wrong form hides no broken reference, and nothing is told twice', () => {
  const [item, [supplierItem], [policy]] = [GOOD.items[0], GOOD.supplierItems, GOOD.policies];
  expect(
    problemsOf({
      tenants: [{ ...IDS, name: 'Demo', sites: [{ ...SITE, timeZone: 'Mars/Olympus' }] }],
      items: [{ ...item, pieceGrams: -1 }],
      supplierItems: [{ ...supplierItem, supplierId: 'nobody', itemId: 'nothing', packQuantity: 1.5 }],
      bins: [
        { ...BIN, locationId: 'nowhere', sensor: { deviceId: 'scale-01', kind: 'smell' } },
        { ...BIN, binId: 'A-02', itemId: 'nothing' },
      ],
      policies: [
        { ...policy, binId: 'Z-99', orderUpTo: 5, safetyStock: -1 },
        { ...policy, siteId: 'bad id', autoApprove: 'perhaps' },
      ],
    }),
  ).toEqual([
    'bins.0.locationId: there is no demo/plant-1/nowhere',
    'bins.0.sensor.kind: Invalid option: expected one of "weight"|"level"|"tag"|"count"|"button"',
    'bins.1.itemId: there is no demo/nothing',
    'items.0.pieceGrams: Too small: expected number to be >0',
    'policies.0.binId: there is no demo/plant-1/Z-99',
    'policies.0.orderUpTo: must be above reorderPoint, or an order would not lift the position above the trigger',
    'policies.0.safetyStock: Too small: expected number to be >=0',
    'policies.1.autoApprove: Invalid input: expected boolean, received string',
    'policies.1.siteId: use letters, digits and . _ : - only, starting with a letter or digit',
    'supplierItems.0.itemId: there is no demo/nothing',
    'supplierItems.0.packQuantity: Invalid input: expected int, received number',
    'supplierItems.0.supplierId: there is no demo/nobody',
    'tenants.0.sites.0.timeZone: is not a time zone like Europe/Berlin',
  ]);
});

test('a reference is not called broken because of what cannot be read', () => {
  expect(problemsOf({ items: 'none', bins: [{ ...BIN, locationId: 'bad id' }] })).toEqual([
    expect.stringMatching(/^bins\.0\.locationId: use letters/),
    expect.stringMatching(/^items: .*expected array/),
  ]);
  expect(problemsOf({ tenants: [{ ...IDS, name: 'Demo', sites: [{ ...SITE, locations: 'rack-a' }] }] })).toEqual([
    expect.stringMatching(/^tenants\.0\.sites\.0\.locations: .*expected array/),
  ]);
  expect(problemsOf({ tenants: undefined, suppliers: 7 })).toEqual([
    expect.stringMatching(/^suppliers: .*expected array/),
    'tenants: is missing',
  ]);
  expect(problemsOf({ tenants: [{ tenantId: 'bad id', name: 'Demo', sites: [SITE] }] })).toEqual([
    expect.stringMatching(/^tenants\.0\.tenantId: use letters/),
  ]);
});

test('references are followed when the form is right', () => {
  expect(problemsOf({ bins: [{ ...BIN, itemId: 'nut' }] })).toEqual(['bins.0.itemId: there is no demo/nut']);
});

test('a supplier needs an address and a token, unless it has nothing but the console', () => {
  const catalogueOf = (supplier: string): string =>
    `tenants: [{ tenantId: t, name: T, sites: [] }]\nsuppliers: [{ tenantId: t, supplierId: s, name: S, ${supplier} }]`;
  expect(parseCatalogue(catalogueOf('channel: console'), 'c').suppliers).toMatchObject([{ channel: 'console' }]);
  expect(() => parseCatalogue(catalogueOf('channel: ubl'), 'c')).toThrow(/endpoint.*needed[^]*apiToken.*needed/);
});
