import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { needsSharedData } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { decodeFiles } from '../decode-cli/decode-file.ts';
import { decoderOfModel } from './decoder-case.ts';
import { findDecoderModel } from './registry.ts';

/** What real readers and edge nodes sent, against what the notes beside the files say of them. */

const projectRoot = new URL('../../..', import.meta.url).pathname;
const folder = join(projectRoot, '..', 'shared', 'payloads');

const EXPECTED: readonly [model: string, files: string, readings: object[]][] = [
  [
    'impinj-r700',
    'impinj-r700-tagInventory-mqtt-full.json',
    [{ epcHex: 'E2C451A3A5011FA00F354693', antenna: 2, rssiDbm: -57.5, observedAtMs: at('2023-06-28T07:24:00.277Z') }],
  ],
  [
    'impinj-r700',
    'impinj-r700-tagInventory-mqtt-minimal.json',
    [{ epcHex: '8A450224', antenna: 3, rssiDbm: -74, observedAtMs: at('2026-02-26T17:13:37.432Z') }],
  ],
  [
    'impinj-r700',
    'impinj-smartreader-tag_reads.json',
    [{ epcHex: 'E28011606000020934D6FAF7', antenna: 1, rssiDbm: -51.25, observedAtMs: 1_706_119_203_123 }],
  ],
  ['zebra-iotc', 'zebra-iotc-BLE_DATA.json', []],
  [
    'zebra-iotc',
    'zebra-iotc-CONVEYOR.json',
    [{ epcHex: 'E2806894000040017790E471', antenna: 1, observedAtMs: at('2026-09-07T12:51:29.949Z') }],
  ],
  [
    'zebra-iotc',
    'zebra-iotc-CUSTOM-metadata.json',
    [{ epcHex: 'AA0004EF55555555AA21BF43', antenna: 1, rssiDbm: -34, observedAtMs: at('2026-08-13T09:14:28.651Z') }],
  ],
  [
    'zebra-iotc',
    'zebra-iotc-INVENTORY.json',
    [{ epcHex: 'E2806894000040017790E471', antenna: 1, rssiDbm: -37, observedAtMs: at('2026-09-07T12:50:55.513Z') }],
  ],
  [
    'zebra-iotc',
    'zebra-iotc-SIMPLE.json',
    [{ epcHex: 'E2806894000040017790E471', observedAtMs: at('2026-09-07T12:50:36.194Z') }],
  ],
  [
    'keonn-advannet',
    'keonn-advannet-http-service.json',
    [{ epcUri: 'urn:epc:id:sgtin:0614141.000736.200', rssiDbm: -62, observedAtMs: 1_716_900_123_456 }],
  ],
  [
    'keonn-advannet',
    'keonn-advannet-inventory-flat.xml',
    [
      { epcHex: 'E20000165919006017520009', antenna: 1, rssiDbm: -67, observedAtMs: 1_706_265_600_000 },
      { epcHex: 'E20000165919006017520010', antenna: 2, rssiDbm: -72, observedAtMs: 1_706_265_600_001 },
    ],
  ],
  [
    'keonn-advannet',
    'keonn-advannet-tag_alarm.xml',
    [{ epcHex: 'E20000165919006017520009', antenna: 1, observedAtMs: 1_706_265_600_000 }],
  ],
  ['llrp', 'llrp-READER_EVENT_NOTIFICATION-edgex-000.bin', []],
  ['llrp', 'llrp-close_connection_response-llrprs.bin', []],
  ['llrp', 'llrp-reader_event_notifications_conn_attempt-llrprs.bin', []],
  ['llrp', 'llrp-ro_access_report_simple-llrprs.bin', []],
  [
    'llrp',
    'llrp-ro_access_report_blockwrite-llrprs.bin',
    [{ epcHex: '0B0300000000000000510238', antenna: 1, rssiDbm: -68, observedAtMs: 1_557_458_648_546 }],
  ],
  [
    'llrp',
    'llrp-ro_access_report_read_zero-llrprs.bin',
    [{ epcHex: '0B0300000000000000510238', antenna: 1, rssiDbm: -68, observedAtMs: 1_557_458_648_797 }],
  ],
  ['sparkplug-b', 'sparkplug-generated-NBIRTH.bin', []],
  ['sparkplug-b', 'sparkplug-generated-readme-sample.bin', []],
  [
    'sparkplug-b',
    'sparkplug-generated-DBIRTH.bin sparkplug-generated-DDATA-alias.bin sparkplug-generated-DDATA-historical.bin',
    [
      { netGrams: 12.345, quality: 'uncalibrated', observedAtMs: 1_465_456_711_580 },
      { netGrams: 12.4, quality: 'uncalibrated', observedAtMs: 1_465_456_712_580 },
      { netGrams: 12.1, quality: 'uncalibrated', observedAtMs: 1_465_456_713_580, historical: true },
    ],
  ],
  ['sparkplug-b', 'sparkplug-umh-NBIRTH_V1.bin', [{ kind: 'health', temperatureC: 21.5 }]],
  [
    'sparkplug-b',
    'sparkplug-umh-NBIRTH_V1.bin sparkplug-umh-NDATA_V1.bin sparkplug-umh-NDATA_GAP.bin',
    [{ temperatureC: 21.5 }, { temperatureC: 22.5 }, { temperatureC: 27 }],
  ],
  ['sparkplug-b', 'sparkplug-umh-NDEATH_V1.bin', []],
];

describe.runIf(needsSharedData('payloads', projectRoot))('payloads of RFID readers and Sparkplug nodes', () => {
  test.each(EXPECTED)('%s reads %s', (modelId, files, readings) => {
    const outcome = decode(modelId, files);
    expect(outcome.failures).toEqual([]);
    expect(outcome.readings).toMatchObject(readings);
    expect(outcome.readings).toHaveLength(readings.length);
    expect(outcome.framesUnderstood).toBeGreaterThan(0);
  });

  test.each(['sparkplug-generated-DDATA-alias.bin', 'sparkplug-umh-NDATA_BEFORE_BIRTH.bin'])(
    'sparkplug-b cannot read %s before its birth, and says so',
    (file) => {
      const outcome = decode('sparkplug-b', file);
      expect(outcome).toMatchObject({ readings: [], framesUnderstood: 0 });
      expect(outcome.failures[0]).toContain('birth');
    },
  );

  test('zebra-iotc gives every EPC of the GS1 vectors its pure identity, however many digits it has', () => {
    const [, ...rows] = readFileSync(join(folder, 'gs1-epc-tds-vectors.tsv'), 'utf8').trim().split('\n');
    const vectors = rows.map((row) => row.split('\t'));
    expect(vectors).toHaveLength(18);
    for (const [scheme, idHex, , , epcUri] of vectors) {
      const event = { type: 'SIMPLE', timestamp: '2026-03-04T05:06:07Z', data: { format: 'epc', idHex } };
      const outcome = decodeBytes('zebra-iotc', [Buffer.from(JSON.stringify(event))]);
      expect(outcome.readings, scheme).toMatchObject([{ epcUri }]);
    }
  });

  test.each(['001', '002', '003', '004', '005', '006'])('llrp reads the EdgeX report %s as EdgeX does', (number) => {
    const file = `llrp-RO_ACCESS_REPORT-edgex-${number}`;
    const { TagReportData } = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8')) as EdgexReport;
    const readings = TagReportData.map((tag) => ({
      epcHex: Buffer.from(tag.EPC96.EPC, 'base64').toString('hex').toUpperCase(),
      antenna: tag.AntennaID,
      rssiDbm: tag.PeakRSSI,
      observedAtMs: Math.floor(tag.FirstSeenUTC / 1_000),
    }));
    expect(decode('llrp', `${file}.bin`).readings).toMatchObject(readings);
  });
});

interface EdgexReport {
  TagReportData: { EPC96: { EPC: string }; AntennaID: number; PeakRSSI: number; FirstSeenUTC: number }[];
}

function decode(modelId: string, files: string) {
  return decodeBytes(
    modelId,
    files.split(' ').map((file) => readFileSync(join(folder, file))),
  );
}

function decodeBytes(modelId: string, bytes: readonly Uint8Array[]) {
  const model = findDecoderModel(modelId);
  if (!model) throw new Error(`${modelId} is not registered`);
  const options = { model: modelId, constants: {}, files: [], receivedAtMs: at('2026-12-01T00:00:00Z') };
  return decodeFiles(bytes, model, () => decoderOfModel(model, {}), options);
}

function at(iso: string): number {
  return Date.parse(iso);
}
