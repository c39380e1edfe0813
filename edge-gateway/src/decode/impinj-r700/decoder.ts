import type { DecodeResult, DecoderModel, Frame, RejectedEntry } from '../decoder.ts';
import { asNumberOrNumeral, asObject, asText, type JsonObject, parseJson } from '../json-payload.ts';
import { failure } from '../result.ts';
import { epcHexOf, resultOfEntries, tagSample, whyNoEpc } from '../tag-entries.ts';
import { anyTimeMs } from '../unix-time.ts';
import type { TagSample } from '../sample.ts';

type EntryResult = TagSample | RejectedEntry | undefined;

function decode(frame: Frame): DecodeResult {
  const parsed = parseJson(frame.payload);
  if ('failed' in parsed) return parsed.failed;
  const entries = entriesOf(parsed.value);
  if (!entries) return failure('unknown-type', 'Neither an R700 event, an array of them, nor a SmartReader report.');
  return resultOfEntries(entries.map(decodeEntry));
}

/** MQTT brings one event, the HTTP webhook an array of them, SmartReader one report with its reads inside. */
function entriesOf(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value.flatMap((entry: unknown) => reportEntries(entry) ?? [entry]);
  return reportEntries(value);
}

function reportEntries(value: unknown): unknown[] | undefined {
  const object = asObject(value);
  if (!object) return undefined;
  if (Array.isArray(object['tag_reads'])) return object['tag_reads'] as unknown[];
  // Speedway Connect, SmartReader's forerunner, may send its reads bare.
  const isEvent = 'eventType' in object || 'tagInventoryEvent' in object;
  return isEvent || ('epc' in object && 'antennaPort' in object) ? [object] : undefined;
}

function decodeEntry(entry: unknown): EntryResult {
  const object = asObject(entry);
  if (!object) return { kind: 'unknown-type', detail: 'An entry of the report is not an object.' };
  const event = asObject(object['tagInventoryEvent']);
  if (event) return decodeInventoryEvent(object, event);
  const eventType = asText(object['eventType']);
  if (eventType === 'tagInventory') return { kind: 'malformed', detail: 'A tagInventory event without its body.' };
  // inventoryStatus, gpiTransition, antennaStatus, …: understood, and not readings.
  return eventType === undefined ? decodeSmartReaderRead(object) : undefined;
}

function decodeInventoryEvent(outer: JsonObject, event: JsonObject): EntryResult {
  const epcHex = hexOf(event['epcHex']) ?? hexOfBase64(event['epc']);
  if (epcHex === undefined) {
    return { kind: 'malformed', detail: 'The tag event has no epc in base64 and no epcHex.' };
  }
  const rssiCdbm = asNumberOrNumeral(event['peakRssiCdbm']);
  return tagSample(epcHex, {
    observedAtMs: anyTimeMs(outer['timestamp'] ?? event['lastSeenTime']),
    antenna: asNumberOrNumeral(event['antennaPort']),
    rssiDbm: rssiCdbm === undefined ? undefined : rssiCdbm / 100,
  });
}

function decodeSmartReaderRead(read: JsonObject): EntryResult {
  const epc = asText(read['epc']);
  // It announces that it is alive by a read whose EPC is a row of asterisks, or that says so.
  if (read['isHeartBeat'] === true || (epc !== undefined && /^\*+$/.test(epc))) return undefined;
  const epcHex = hexOf(epc);
  if (epcHex === undefined)
    return { kind: 'malformed', detail: epc === undefined ? 'A tag read without EPC.' : whyNoEpc(epc) };
  return tagSample(epcHex, {
    // Microseconds; the older FX Connect writes ISO 8601 in the same place.
    observedAtMs: anyTimeMs(read['firstSeenTimestamp']),
    antenna: asNumberOrNumeral(read['antennaPort']),
    rssiDbm: asNumberOrNumeral(read['peakRssi']),
    reads: asNumberOrNumeral(read['tagSeenCount'] ?? read['seenCount']),
  });
}

function hexOf(value: unknown): string | undefined {
  return typeof value === 'string' ? epcHexOf(value) : undefined;
}

/**
 * The reader writes the standard alphabet or, by firmware, the url-safe one; with or without padding. EPC memory is read in
 * words of two bytes, so that an odd number of them was cut.
 */
function hexOfBase64(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/_-]{2,172}={0,2}$/.test(value)) return undefined;
  if (looksLikeHex(value)) return value.toUpperCase();
  if (value.replace(/=+$/, '').length % 4 === 1) return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.length % 2 === 0 ? bytes.toString('hex').toUpperCase() : undefined;
}

/**
 * Bridges and emulators put the hexadecimal text into `epc`, which is base64 text too. Of the base64 texts of a 96-bit EPC
 * not one in four thousand millions has hexadecimal digits only and many figures among them; zeros are `AAAA`.
 */
function looksLikeHex(text: string): boolean {
  if (text.length < 16 || text.length % 4 !== 0 || !/^([0-9A-F]+|[0-9a-f]+)$/.test(text)) return false;
  return text.replace(/\D/g, '').length * 3 >= text.length;
}

export const impinjR700Model: DecoderModel = {
  id: 'impinj-r700',
  title: 'Impinj R700 (IoT device interface: MQTT, HTTP) and the SmartReader app on it',
  input: 'payload',
  encoding: 'utf8',
  create: () => ({ decode }),
};
