import type { DecodeResult, DecoderModel, Frame, RejectedEntry } from '../decoder.ts';
import {
  asNumberOrNumeral,
  asObject,
  asObjects,
  asText,
  type JsonObject,
  parseJson,
  utf8Text,
} from '../json-payload.ts';
import { failure, understood } from '../result.ts';
import type { TagSample } from '../sample.ts';
import { epcHexOf, resultOfEntries, tagSample, whyNoEpc } from '../tag-entries.ts';
import { anyTimeMs } from '../unix-time.ts';
import { createAdvanNetFramer } from './framer.ts';
import { parseXml } from './xml.ts';

type EntryResult = TagSample | RejectedEntry | undefined;

function decode(frame: Frame): DecodeResult {
  if (frame.payload.length === 0) return understood(); // a keepalive
  const text = utf8Text(frame.payload)?.trim();
  if (text === undefined) return failure('malformed', 'The body is not UTF-8 text.');
  const body = text.startsWith('ADVANNET/') ? text.replace(/^[^<{[]*/, '') : text;
  if (body === '') return understood();
  if (body.startsWith('<')) return decodeXml(body);
  const parsed = parseJson(new TextEncoder().encode(body));
  return 'failed' in parsed ? parsed.failed : decodeJson(parsed.value);
}

function decodeXml(text: string): DecodeResult {
  const document = parseXml(text);
  if (!document) {
    return /<\/[^<>]+>$/.test(text)
      ? failure('malformed', 'The body is not well-formed XML.')
      : failure('truncated', 'The XML breaks off.');
  }
  const { root, content } = document;
  if (root === 'inventory') return resultOfEntries(itemsOf(content).map(decodeItem));
  if (root === 'deviceEventMessage' || root === 'eventMessage') {
    return resultOfEntries(asObjects(content['event']).map(decodeEvent));
  }
  // The REST interface answers with <response>; its inventory has the same items inside.
  const items = itemsOf(content);
  return items.length > 0 || root === 'response'
    ? resultOfEntries(items.map(decodeItem))
    : failure('unknown-type', `<${root.slice(0, 40)}> is no AdvanNet message.`);
}

/** `<items>` stands right inside (older firmware) or in `<data><inventory>` (message version 2.3). */
function itemsOf(content: JsonObject): JsonObject[] {
  const data = asObject(content['data']) ?? {};
  const holders = [content, asObject(data['inventory']), data, asObject(content['inventory'])];
  for (const holder of holders) {
    const items = asObject(holder?.['items']);
    if (items) return asObjects(items['item']);
  }
  return [];
}

function decodeItem(item: JsonObject): EntryResult {
  const data = asObject(item['data']) ?? {};
  const properties = propertiesOf(asObject(item['props']) ?? asObject(data['props']) ?? {});
  return tagOf([item['hexepc'], data['hexepc'], item['epc'], data['epc']], {
    time: properties.get('TIME_STAMP') ?? item['ts'] ?? data['ts'],
    antenna: properties.get('ANTENNA_PORT'),
    rssi: properties.get('RSSI'),
    reads: properties.get('READ_COUNT'),
  });
}

/** `<RSSI>-67</RSSI>` in the flat form, `<prop>RSSI:-67</prop>` in the nested one. */
function propertiesOf(props: JsonObject): ReadonlyMap<string, unknown> {
  const properties = new Map<string, unknown>(Object.entries(props).filter(([name]) => name !== 'prop'));
  const list: unknown = props['prop'];
  for (const entry of Array.isArray(list) ? (list as unknown[]) : []) {
    const match = typeof entry === 'string' ? /^([^:=]+)[:=](.*)$/.exec(entry) : null;
    if (match?.[1] !== undefined) properties.set(match[1].trim(), match[2]);
  }
  return properties;
}

/** Tag events tell of one tag; input lines, sensors, connects and disconnects are no readings of ours. */
function decodeEvent(event: JsonObject): EntryResult {
  const type = asText(event['type']) ?? '';
  if (!/^TAG_(READ|ALARM|DIRECTION|GENERIC)/.test(type) || asText(event['epc'] ?? event['hexepc']) === undefined) {
    return undefined;
  }
  return tagOf([event['hexepc'], event['epc']], {
    time: event['ts'],
    antenna: event['antennaPort'] ?? /^TAG_ALARM_ANTENNA_(\d+)$/.exec(type)?.[1],
    rssi: event['rssi'],
  });
}

/** The HTTP service's template has `reads`, the stream's JSONV2 and JSONV3 have `type` and `data`. */
function decodeJson(value: unknown): DecodeResult {
  if (Array.isArray(value)) return resultOfEntries(value.flatMap((one: unknown) => jsonEntries(one) ?? NOT_OURS));
  const entries = jsonEntries(value);
  return entries ? resultOfEntries(entries) : failure(NOT_OURS.kind, NOT_OURS.detail);
}

const NOT_OURS: RejectedEntry = { kind: 'unknown-type', detail: 'The JSON is no AdvanNet message.' };

function jsonEntries(value: unknown): EntryResult[] | undefined {
  const object = asObject(value);
  if (!object) return undefined;
  const reads = object['reads'] ?? object['tags'];
  if (Array.isArray(reads)) return reads.map((one: unknown) => jsonRead(asObject(one) ?? {}, object['ts']));
  const type = asText(object['type']);
  const data: unknown = object['data'];
  if (type !== undefined && /^(inv|alarm|direction)$/.test(type)) {
    const list = Array.isArray(data) ? (data as unknown[]) : [data];
    return list.map((one) => jsonRead(asObject(one) ?? {}, object['ts']));
  }
  if (asText(object['epc']) !== undefined) return [jsonRead(object, undefined)];
  return type !== undefined && data !== undefined ? [] : undefined;
}

function jsonRead(read: JsonObject, messageTime: unknown): EntryResult {
  return tagOf([read['hexepc'], read['epc']], {
    time: read['ts'] ?? read['timestamp'] ?? messageTime,
    antenna: read['port'] ?? read['antenna'] ?? read['antennaPort'] ?? read['ant'],
    rssi: read['rssi'],
    reads: read['rc'] ?? read['count'],
  });
}

function tagOf(
  names: readonly unknown[],
  fields: { time: unknown; antenna: unknown; rssi: unknown; reads?: unknown },
): EntryResult {
  const epc = names.map(asText).find((name) => name !== undefined);
  const epcHex = epc === undefined ? undefined : epcHexOf(epc);
  if (epcHex === undefined) {
    return { kind: 'malformed', detail: epc === undefined ? 'A tag read without EPC.' : whyNoEpc(epc) };
  }
  return tagSample(epcHex, {
    observedAtMs: anyTimeMs(fields.time),
    antenna: asNumberOrNumeral(fields.antenna),
    rssiDbm: asNumberOrNumeral(fields.rssi),
    reads: asNumberOrNumeral(fields.reads),
  });
}

export const keonnAdvanNetModel: DecoderModel = {
  id: 'keonn-advannet',
  title: 'Keonn AdvanNet readers (event stream on TCP 3177, HTTP service)',
  input: 'stream',
  encoding: 'utf8',
  createFramer: createAdvanNetFramer,
  create: () => ({ decode }),
};
