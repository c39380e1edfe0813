import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { encodeEsphomeWeight } from './esphome.ts';
import { encodeImpinjTagInventory } from './impinj-r700.ts';
import { encodeSgtin96 } from './sgtin96.ts';
import { encodeTasmotaWeight } from './tasmota.ts';

const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

test('Tasmota tells kilograms, a time without zone, and never less than nothing', () => {
  expect(JSON.parse(encodeTasmotaWeight(1_234.4, AT_MS))).toMatchObject({
    Time: '2026-01-02T03:04:05',
    HX711: { Weight: 1.234 },
  });
  expect(JSON.parse(encodeTasmotaWeight(-20, AT_MS))).toMatchObject({ HX711: { Weight: 0 } });
});

test('ESPHome tells the bare number', () => {
  expect(encodeEsphomeWeight(1_234.4, 'kg')).toBe('1.234');
  expect(encodeEsphomeWeight(-0.44, 'g')).toBe('-0.4');
});

test('an R700 event carries the EPC in base64 and the RSSI in hundredths of a dBm', () => {
  const read = { epcHex: '3074257BF7194E4000001A85', antennaPort: 2, rssiDbm: -57.5, atMs: AT_MS };
  const event = JSON.parse(encodeImpinjTagInventory(read, 'reader-1')) as {
    timestamp: string;
    tagInventoryEvent: { epc: string; peakRssiCdbm: number };
  };
  expect(event.timestamp).toBe('2026-01-02T03:04:05.678000000Z');
  expect(Buffer.from(event.tagInventoryEvent.epc, 'base64').toString('hex').toUpperCase()).toBe(read.epcHex);
  expect(event.tagInventoryEvent.peakRssiCdbm).toBe(-5_750);
});

test('SGTIN-96 as in the example of the Tag Data Standard: 0614141.812345.6789', () => {
  expect(encodeSgtin96('0614141', '812345', 6_789, 3)).toBe('3074257BF7194E4000001A85');
  expect(() => encodeSgtin96('06141', '812345', 1)).toThrow(RangeError);
});

describe.runIf(needsSharedData('payloads', projectRoot))('next to real payloads', () => {
  const real = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(`${projectRoot}../shared/payloads/${name}`, 'utf8')) as Record<string, unknown>;

  test('Tasmota: the same keys as the real device', () => {
    const ours = JSON.parse(encodeTasmotaWeight(1, AT_MS)) as Record<string, object>;
    const theirs = real('tasmota-hx711-status10.json')['StatusSNS'] as Record<string, object>;
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    expect(Object.keys(ours['HX711'] ?? {})).toEqual(Object.keys(theirs['HX711'] ?? {}));
  });

  test('R700: no key that a real reader does not send', () => {
    const read = { epcHex: '3074257BF7194E4000001A85', antennaPort: 1, rssiDbm: -50, atMs: AT_MS };
    const ours = JSON.parse(encodeImpinjTagInventory(read, 'r')) as Record<string, object>;
    const theirs = real('impinj-r700-tagInventory-mqtt-full.json') as Record<string, object>;
    expect(Object.keys(theirs)).toEqual(expect.arrayContaining(Object.keys(ours)));
    expect(Object.keys(theirs['tagInventoryEvent'] ?? {})).toEqual(
      expect.arrayContaining(Object.keys(ours['tagInventoryEvent'] ?? {})),
    );
  });
});
