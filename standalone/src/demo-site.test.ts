import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';

const read = (name: string): unknown => parseYaml(readFileSync(new URL(`../demo/${name}`, import.meta.url), 'utf8'));

interface Catalogue {
  items: { itemId: string; pieceGrams?: number }[];
  suppliers: { supplierId: string }[];
  supplierItems: { supplierId: string; itemId: string; partNumber: string }[];
  bins: { binId: string; itemId: string; capacity: number; sensor: { deviceId: string } }[];
  policies: { binId: string; reorderPoint: number; orderUpTo: number; safetyStock: number }[];
}
interface Fleet {
  bins: {
    binId: string;
    itemId: string;
    partNumber: string;
    pieceGrams: number;
    startPieces: number;
    capacity: number;
  }[];
  devices: { deviceId: string; binId: string; containerGrams?: number }[];
  suppliers: { supplierId: string }[];
}
interface Gateway {
  devices: { deviceId: string; sensors?: { calibration?: { tareGrams: number } }[] }[];
}
const catalogue = read('catalogue.yaml') as Catalogue;
const fleet = read('fleet.yaml') as Fleet;
const gateway = read('gateway.yaml') as Gateway;

test('the three files of the demo tell of the same bins, items, parts, devices and suppliers', () => {
  const sorted = (rows: string[]): string[] => [...rows].sort();
  expect(sorted(catalogue.bins.map((bin) => `${bin.binId} ${bin.itemId} ${bin.capacity}`))).toEqual(
    sorted(fleet.bins.map((bin) => `${bin.binId} ${bin.itemId} ${bin.capacity}`)),
  );
  expect(sorted(catalogue.bins.map((bin) => `${bin.sensor.deviceId} ${bin.binId}`))).toEqual(
    sorted(fleet.devices.map((device) => `${device.deviceId} ${device.binId}`)),
  );
  expect(sorted(gateway.devices.map((device) => device.deviceId))).toEqual(
    sorted(fleet.devices.map((device) => device.deviceId)),
  );
  expect(sorted(catalogue.supplierItems.map((row) => `${row.itemId} ${row.partNumber}`))).toEqual(
    sorted(fleet.bins.map((bin) => `${bin.itemId} ${bin.partNumber}`)),
  );
  expect(sorted(catalogue.suppliers.map((supplier) => supplier.supplierId))).toEqual(
    sorted(fleet.suppliers.map((supplier) => supplier.supplierId)),
  );
});

test('pieces weigh in the simulation what the catalogue says, and each container is tared', () => {
  for (const bin of fleet.bins) {
    const item = catalogue.items.find((candidate) => candidate.itemId === bin.itemId);
    if (item?.pieceGrams !== undefined) expect(item.pieceGrams).toBe(bin.pieceGrams);
  }
  for (const device of fleet.devices) {
    const tareGrams = gateway.devices.find((candidate) => candidate.deviceId === device.deviceId)?.sensors?.[0]
      ?.calibration?.tareGrams;
    expect(tareGrams ?? 0).toBe(device.containerGrams ?? 0);
  }
});

test('every policy can work, and one bin is low from the beginning', () => {
  expect(catalogue.policies.map((policy) => policy.binId)).toEqual(catalogue.bins.map((bin) => bin.binId));
  for (const policy of catalogue.policies) {
    const bin = catalogue.bins.find((candidate) => candidate.binId === policy.binId);
    expect(policy.safetyStock).toBeLessThan(policy.reorderPoint);
    expect(policy.reorderPoint).toBeLessThan(policy.orderUpTo);
    expect(policy.orderUpTo).toBeLessThanOrEqual(bin?.capacity ?? 0);
  }
  const low = fleet.bins.filter(({ binId, startPieces }) => {
    const policy = catalogue.policies.find((candidate) => candidate.binId === binId);
    return policy !== undefined && startPieces <= policy.reorderPoint;
  });
  expect(low.map((bin) => bin.binId)).toEqual(['A-01']);
});
