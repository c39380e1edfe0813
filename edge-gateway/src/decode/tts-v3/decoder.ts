import type { DecodeResult, Decoder, DecoderModel } from '../decoder.ts';
import { scaleByPowerOfTen } from '../exact-mass.ts';
import { type JsonObject, asFiniteNumber, asObject, asText, parseJsonObject } from '../json-payload.ts';
import { parseDeviceTime } from '../local-time.ts';
import { type LorawanUplink, decodeUplink } from '../lorawan-uplink.ts';
import { createRecentIds } from '../recent-ids.ts';
import { failure, understood } from '../result.ts';

/** More than one device sends in the minutes in which a server may deliver again. */
const RECENT_IDS_MAX = 1_024;

/**
 * MQTT and webhooks send the message itself; the console's live data wraps it in `data`, the storage integration in
 * `result`.
 */
function unwrap(object: JsonObject): JsonObject {
  if ('end_device_ids' in object) return object;
  const inner = asObject(object['result']) ?? asObject(object['data']);
  return inner !== undefined && 'end_device_ids' in inner ? inner : object;
}

/** Empty fields are omitted: no f_cnt is the first frame of its session; no f_port may be port 0, or one not told. */
function uplinkOf(message: JsonObject, uplink: JsonObject): LorawanUplink {
  const data = asText(uplink['frm_payload']);
  const time = asText(uplink['received_at']) ?? asText(message['received_at']);
  const observedAtMs = time === undefined ? undefined : parseDeviceTime(time);
  const heard = Array.isArray(uplink['rx_metadata']) ? (uplink['rx_metadata'] as unknown[]) : [];
  const levels = heard.flatMap((entry) => asFiniteNumber(asObject(entry)?.['rssi']) ?? []);
  const fPort = asFiniteNumber(uplink['f_port']);
  const batteryPercent = asFiniteNumber(asObject(uplink['last_battery_percentage'])?.['value']);
  return {
    ...(fPort !== undefined && { fPort }),
    ...(data !== undefined && { data }),
    ...(asObject(uplink['decoded_payload']) !== undefined && { decoded: uplink['decoded_payload'] }),
    ...(observedAtMs !== undefined && { observedAtMs }),
    ...(levels.length > 0 && { linkDbm: Math.max(...levels) }),
    ...(batteryPercent !== undefined &&
      batteryPercent >= 0 &&
      batteryPercent <= 100 && { batteryRatio: scaleByPowerOfTen(batteryPercent, -2) }),
  };
}

/** A frame counter counts within one session; without a session the server's own id of the uplink has to do. */
function idOf(message: JsonObject, uplink: JsonObject): string | undefined {
  const session = asText(uplink['session_key_id']);
  if (session !== undefined) return `${session}/${asFiniteNumber(uplink['f_cnt']) ?? 0}`;
  const ids = Array.isArray(message['correlation_ids']) ? (message['correlation_ids'] as unknown[]) : [];
  return ids.map(asText).find((id) => id?.startsWith('as:up:') === true);
}

function createDecoder(inside: Decoder | undefined): Decoder {
  const seen = createRecentIds(RECENT_IDS_MAX);
  return {
    decode(frame): DecodeResult {
      const parsed = parseJsonObject(frame.payload);
      if ('failed' in parsed) return parsed.failed;
      const message = unwrap(parsed.object);
      if (asObject(message['end_device_ids']) === undefined) {
        return failure('unknown-type', 'The JSON is no message of The Things Stack v3: it has no end_device_ids.');
      }
      const uplink = asObject(message['uplink_message']);
      // join_accept, downlink_ack, downlink_sent, location_solved, service_data, …: understood, and no readings.
      if (uplink === undefined) return understood();
      const id = idOf(message, uplink);
      if (id !== undefined && !seen.add(id)) return understood();
      return decodeUplink(uplinkOf(message, uplink), inside, frame);
    },
  };
}

export const ttsV3Model: DecoderModel = {
  id: 'tts-v3',
  title: 'The Things Stack v3 messages (JSON); `inside` names the decoder of what the sensor sends',
  input: 'payload',
  isEnvelope: true,
  encoding: 'utf8',
  create: ({ inside }): Decoder => createDecoder(inside),
};
