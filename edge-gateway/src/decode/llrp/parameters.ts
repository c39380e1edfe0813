/**
 * LLRP parameters (clause 17). TV: bit 7 of the first byte is set, the other seven are the type, and the length is known
 * from the type. TLV: 6 bits reserved, 10 bits type, 16 bits length including these four bytes.
 */

export const TV = {
  ANTENNA_ID: 1,
  FIRST_SEEN_UTC: 2,
  FIRST_SEEN_UPTIME: 3,
  LAST_SEEN_UTC: 4,
  LAST_SEEN_UPTIME: 5,
  PEAK_RSSI: 6,
  TAG_SEEN_COUNT: 8,
  EPC_96: 13,
} as const;

export const TLV = {
  UTC_TIMESTAMP: 128,
  ROSPEC: 177,
  RO_BOUNDARY_SPEC: 178,
  ROSPEC_START_TRIGGER: 179,
  ROSPEC_STOP_TRIGGER: 182,
  AISPEC: 183,
  AISPEC_STOP_TRIGGER: 184,
  INVENTORY_PARAMETER_SPEC: 186,
  KEEPALIVE_SPEC: 220,
  EVENTS_AND_REPORTS: 226,
  RO_REPORT_SPEC: 237,
  TAG_REPORT_CONTENT_SELECTOR: 238,
  TAG_REPORT_DATA: 240,
  EPC_DATA: 241,
  RF_SURVEY_REPORT_DATA: 242,
  READER_EVENT_NOTIFICATION_DATA: 246,
  ROSPEC_EVENT: 249,
  REPORT_BUFFER_OVERFLOW_EVENT: 251,
  READER_EXCEPTION_EVENT: 252,
  CONNECTION_ATTEMPT_EVENT: 256,
  LLRP_STATUS: 287,
  CUSTOM: 1023,
} as const;

/** Bytes of the values of TV parameters, by type (table of clause 17.1). */
const TV_VALUE_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 2], // AntennaID
  [2, 8], // FirstSeenTimestampUTC
  [3, 8], // FirstSeenTimestampUptime
  [4, 8], // LastSeenTimestampUTC
  [5, 8], // LastSeenTimestampUptime
  [6, 1], // PeakRSSI
  [7, 2], // ChannelIndex
  [8, 2], // TagSeenCount
  [9, 4], // ROSpecID
  [10, 2], // InventoryParameterSpecID
  [11, 2], // C1G2CRC
  [12, 2], // C1G2PC
  [13, 12], // EPC-96
  [14, 2], // SpecIndex
  [15, 2], // ClientRequestOpSpecResult
  [16, 4], // AccessSpecID
  [17, 2], // OpSpecID
  [18, 4], // C1G2SingulationDetails
  [19, 2], // C1G2XPCW1
  [20, 2], // C1G2XPCW2
]);

export interface Parameter {
  form: 'tv' | 'tlv';
  type: number;
  value: DataView;
}

/** What could be read, and, where the reading ended too early, why. */
export interface ParametersResult {
  parameters: Parameter[];
  problem?: string;
}

/** Reads the parameters that fill the bytes, up to one that overruns them or whose length is unknown. */
export function readParameters(view: DataView): ParametersResult {
  const parameters: Parameter[] = [];
  let at = 0;
  while (at < view.byteLength) {
    const first = view.getUint8(at);
    const parameter = first & 0x80 ? readTv(view, at, first & 0x7f) : readTlv(view, at);
    if (typeof parameter === 'string') return { parameters, problem: `${parameter} at byte ${at}.` };
    parameters.push(parameter.parameter);
    at = parameter.next;
  }
  return { parameters };
}

function readTv(view: DataView, at: number, type: number): { parameter: Parameter; next: number } | string {
  const bytes = TV_VALUE_BYTES.get(type);
  if (bytes === undefined) return `The TV parameter ${type} has no known length`;
  if (at + 1 + bytes > view.byteLength) return `The TV parameter ${type} breaks off`;
  return { parameter: { form: 'tv', type, value: part(view, at + 1, bytes) }, next: at + 1 + bytes };
}

function readTlv(view: DataView, at: number): { parameter: Parameter; next: number } | string {
  if (at + 4 > view.byteLength) return 'A TLV parameter breaks off in its header';
  const type = view.getUint16(at) & 0x3ff;
  const bytes = view.getUint16(at + 2);
  if (bytes < 4) return `The TLV parameter ${type} says that it is ${bytes} bytes long`;
  if (at + bytes > view.byteLength) return `The TLV parameter ${type} breaks off`;
  return { parameter: { form: 'tlv', type, value: part(view, at + 4, bytes - 4) }, next: at + bytes };
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function hexOf(view: DataView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex').toUpperCase();
}

export function findTlv(parameters: readonly Parameter[], type: number): Parameter | undefined {
  return parameters.find((one) => one.form === 'tlv' && one.type === type);
}

function part(view: DataView, at: number, bytes: number): DataView {
  return new DataView(view.buffer, view.byteOffset + at, bytes);
}
