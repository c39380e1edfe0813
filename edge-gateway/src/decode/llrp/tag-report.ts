import type { DecodeResult, RejectedEntry } from '../decoder.ts';
import type { TagSample } from '../sample.ts';
import { resultOfEntries, tagSample } from '../tag-entries.ts';
import { hexOf, type Parameter, readParameters, TLV, TV, viewOf } from './parameters.ts';

/** The body of RO_ACCESS_REPORT: a TagReportData for each tag; surveys and custom parameters beside them are skipped. */
export function decodeTagReports(body: Uint8Array): DecodeResult {
  const { parameters, problem } = readParameters(viewOf(body));
  const reports = parameters.filter((one) => one.form === 'tlv' && one.type === TLV.TAG_REPORT_DATA);
  const entries = reports.map((report) => decodeTagReport(report.value));
  if (problem === undefined) return resultOfEntries(entries);
  return resultOfEntries([...entries, { kind: 'truncated', detail: `RO_ACCESS_REPORT: ${problem}` }]);
}

function decodeTagReport(view: DataView): TagSample | RejectedEntry {
  // A vendor's own TV parameter has a length that only the vendor knows: what stood before it is still right.
  const { parameters, problem } = readParameters(view);
  const epcHex = epcOf(parameters);
  if (epcHex === undefined)
    return { kind: 'malformed', detail: `TagReportData without an EPC. ${problem ?? ''}`.trim() };
  const seenAtUs = tv(parameters, TV.LAST_SEEN_UTC) ?? tv(parameters, TV.FIRST_SEEN_UTC);
  return tagSample(epcHex, {
    // Microseconds since 1970. A reader without a clock reports its uptime instead: that is no time of ours.
    observedAtMs: seenAtUs === undefined ? undefined : Number(seenAtUs.getBigUint64(0) / 1_000n),
    antenna: tv(parameters, TV.ANTENNA_ID)?.getUint16(0),
    rssiDbm: tv(parameters, TV.PEAK_RSSI)?.getInt8(0),
    reads: tv(parameters, TV.TAG_SEEN_COUNT)?.getUint16(0),
  });
}

/** EPC-96 is the short form; EPCData counts its bits, and fills the last byte with zeros. */
function epcOf(parameters: readonly Parameter[]): string | undefined {
  const short = tv(parameters, TV.EPC_96);
  if (short) return hexOf(short);
  const long = parameters.find((one) => one.form === 'tlv' && one.type === TLV.EPC_DATA)?.value;
  if (!long || long.byteLength < 2) return undefined;
  const bytes = Math.ceil(long.getUint16(0) / 8);
  if (bytes === 0 || bytes > long.byteLength - 2) return undefined;
  return hexOf(new DataView(long.buffer, long.byteOffset + 2, bytes));
}

function tv(parameters: readonly Parameter[], type: number): DataView | undefined {
  return parameters.find((one) => one.form === 'tv' && one.type === type)?.value;
}
