import type { DecodeResult, DecoderModel, Frame, RejectedEntry } from '../decoder.ts';
import { asNumberOrNumeral, asObject, asObjects, asText, type JsonObject, parseJson } from '../json-payload.ts';
import { failure } from '../result.ts';
import type { TagSample } from '../sample.ts';
import { epcHexOf, resultOfEntries, tagSample, whyNoEpc } from '../tag-entries.ts';
import { anyTimeMs } from '../unix-time.ts';

/** Operating modes whose events are tag reads: without an id such an event is broken, not merely something else. */
const TAG_TYPES = /^(SIMPLE|INVENTORY|PORTAL|CONVEYOR|CUSTOM|ADVANCED|RAW|(RAW_)?DIRECTIONALITY)$/i;

type EntryResult = TagSample | RejectedEntry | undefined;

function decode(frame: Frame): DecodeResult {
  const parsed = parseJson(frame.payload);
  if ('failed' in parsed) return parsed.failed;
  const events = Array.isArray(parsed.value) ? (parsed.value as unknown[]) : [parsed.value];
  if (events.length > 0 && !events.some(looksLikeEvent)) {
    return failure('unknown-type', 'The JSON is no IoT Connector event: it has neither data nor a type.');
  }
  return resultOfEntries(events.flatMap(decodeEvent));
}

function looksLikeEvent(value: unknown): boolean {
  const event = asObject(value);
  if (!event) return false;
  return event['idHex'] !== undefined || typeof event['type'] === 'string' || asObject(event['data']) !== undefined;
}

function decodeEvent(value: unknown): EntryResult[] {
  const event = asObject(value);
  if (!event) return [{ kind: 'unknown-type', detail: 'An entry of the report is not an object.' }];
  const type = asText(event['type']) ?? '';
  if (type === 'BLE_DATA') return [];
  const observedAtMs = anyTimeMs(event['timestamp']);
  return recordsOf(event).map((record) => decodeRecord(record, type, observedAtMs));
}

/** Fixed readers send one tag an event, in `data`; the RFD40 sled a batch, in `data.tagData`. */
function recordsOf(event: JsonObject): JsonObject[] {
  const { data } = event;
  if (Array.isArray(data)) return asObjects(data);
  const object = asObject(data) ?? event;
  const batch = object['tagData'];
  return Array.isArray(batch) ? asObjects(batch) : [object];
}

function decodeRecord(record: JsonObject, type: string, eventAtMs: number | undefined): EntryResult {
  // Directionality mode tells by an event that a tag has gone: that is no sighting.
  if (Object.values(record).includes('TIMED_OUT')) return undefined;
  const id = asText(record['idHex']) ?? asText(record['EPCid']);
  if (id === undefined) {
    // heartbeat, gpi, error, warning, firmware update progress, …
    return TAG_TYPES.test(type) ? { kind: 'malformed', detail: `A ${type} event without idHex.` } : undefined;
  }
  const epcHex = epcHexOf(id);
  if (epcHex === undefined) return { kind: 'malformed', detail: whyNoEpc(id) };
  return tagSample(epcHex, {
    observedAtMs: anyTimeMs(record['timestamp']) ?? eventAtMs,
    antenna: asNumberOrNumeral(record['antenna']),
    rssiDbm: asNumberOrNumeral(record['peakRssi']) ?? asNumberOrNumeral(record['rssi']),
    reads: asNumberOrNumeral(record['reads']) ?? asNumberOrNumeral(record['seenCount']),
  });
}

export const zebraIotcModel: DecoderModel = {
  id: 'zebra-iotc',
  title: 'Zebra FX and ATR readers with the IoT Connector (MQTT, HTTP, WebSocket)',
  input: 'payload',
  encoding: 'utf8',
  create: () => ({ decode }),
};
