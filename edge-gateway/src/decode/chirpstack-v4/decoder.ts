import type { DecodeResult, Decoder, DecoderModel, Frame } from '../decoder.ts';
import { type JsonObject, asFiniteNumber, asObject, asText, parseJsonObject } from '../json-payload.ts';
import { parseDeviceTime } from '../local-time.ts';
import { type LorawanUplink, decodeUplink } from '../lorawan-uplink.ts';
import { createRecentIds } from '../recent-ids.ts';
import { failure, understood } from '../result.ts';

/** More than one device sends in the minutes in which a server may deliver again. */
const RECENT_IDS_MAX = 1_024;

/** application/<id>/device/<devEui>/event/<event>; the prefix can be configured. */
const EVENT_TOPIC = /\/event\/([a-z]+)$/;

/** Fields that tell an event from an uplink where no topic does. */
const OTHER_EVENTS: readonly (readonly [event: string, field: string])[] = [
  ['ack', 'acknowledged'],
  ['status', 'margin'],
  ['status', 'batteryLevel'],
  ['status', 'batteryLevelUnavailable'],
  ['status', 'externalPowerSource'],
  ['log', 'level'],
  ['txack', 'downlinkId'],
  ['location', 'location'],
  ['integration', 'integrationName'],
];

function eventOf(frame: Frame, body: JsonObject): string {
  const fromTopic = frame.topic === undefined ? null : EVENT_TOPIC.exec(frame.topic);
  if (fromTopic?.[1] !== undefined) return fromTopic[1];
  const other = OTHER_EVENTS.find(([, field]) => field in body);
  if (other !== undefined) return other[0];
  // A join has nothing but the address; an uplink was heard by somebody, whatever zeros are omitted.
  return 'rxInfo' in body || 'data' in body || 'fPort' in body || 'fCnt' in body || 'txInfo' in body ? 'up' : 'join';
}

/** proto3 JSON omits zeros: a missing fPort is port 0 or not told, a missing fCnt the first frame, a missing rssi unknown. */
function uplinkOf(body: JsonObject): LorawanUplink {
  const data = asText(body['data']);
  const time = asText(body['time']);
  const observedAtMs = time === undefined ? undefined : parseDeviceTime(time);
  const heard = Array.isArray(body['rxInfo']) ? (body['rxInfo'] as unknown[]) : [];
  const levels = heard.flatMap((entry) => asFiniteNumber(asObject(entry)?.['rssi']) ?? []);
  const fPort = asFiniteNumber(body['fPort']);
  return {
    ...(fPort !== undefined && { fPort }),
    ...(data !== undefined && { data }),
    ...(asObject(body['object']) !== undefined && { decoded: body['object'] }),
    ...(observedAtMs !== undefined && { observedAtMs }),
    ...(levels.length > 0 && { linkDbm: Math.max(...levels) }),
  };
}

function createDecoder(inside: Decoder | undefined): Decoder {
  const seen = createRecentIds(RECENT_IDS_MAX);
  return {
    decode(frame): DecodeResult {
      const parsed = parseJsonObject(frame.payload);
      if ('failed' in parsed) return parsed.failed;
      const body = parsed.object;
      if (asObject(body['deviceInfo']) === undefined) {
        return failure('unknown-type', 'The JSON is no ChirpStack v4 event: it has no deviceInfo.');
      }
      if (eventOf(frame, body) !== 'up') return understood();
      const id = asText(body['deduplicationId']);
      if (id !== undefined && !seen.add(id)) return understood();
      return decodeUplink(uplinkOf(body), inside, frame);
    },
  };
}

export const chirpstackV4Model: DecoderModel = {
  id: 'chirpstack-v4',
  title: 'ChirpStack v4 events (JSON); `inside` names the decoder of what the sensor sends',
  input: 'payload',
  isEnvelope: true,
  encoding: 'utf8',
  create: ({ inside }): Decoder => createDecoder(inside),
};
