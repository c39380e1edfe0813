import type { DecodeResult, Decoder, Frame } from './decoder.ts';
import { failure, understood } from './result.ts';
import type { HealthSample, Sample } from './sample.ts';

/** What a network server's envelope says around the sensor's bytes. */
export interface LorawanUplink {
  /** Base64 as the server wrote it; absent for an uplink of MAC commands only. */
  data?: string;
  /**
   * 0 carries MAC commands. Absent is "not told": servers omit a zero, but so do vendors' samples and hand-made messages
   * with any port, so that data without a port is the sensor's until its decoder says otherwise.
   */
  fPort?: number;
  /** What the server's own codec made of the bytes, where it has one. */
  decoded?: unknown;
  /** When a gateway or the network server received it, Unix ms: the sensor itself sends no time. */
  observedAtMs?: number;
  /** The best RSSI of the gateways that heard it. */
  linkDbm?: number;
  batteryRatio?: number;
}

/** LoRaWAN carries at most 242 bytes; an envelope with more is not one. */
const DATA_BYTES_MAX = 255;

/**
 * The sensor's samples, at the envelope's time where they have none of their own; a history value keeps its time. Link
 * quality and battery become part of the sensor's own health sample, or one of their own.
 */
export function decodeUplink(uplink: LorawanUplink, inside: Decoder | undefined, outer: Frame): DecodeResult {
  const health = healthOf(uplink);
  const carried = inside === undefined ? undefined : carriedFor(inside, uplink);
  if (inside === undefined || carried === undefined) return understood(health === undefined ? [] : [health]);
  if ('failed' in carried) return carried.failed;
  const result = inside.decode({
    payload: carried.payload,
    receivedAtMs: outer.receivedAtMs,
    ...(uplink.fPort !== undefined && { fPort: uplink.fPort }),
  });
  if (!result.ok) return result;
  const samples = result.samples.map((sample) => atTime(sample, uplink.observedAtMs));
  return { ...result, samples: mergeHealth(samples, health) };
}

/** @returns undefined where the uplink carries nothing for it: MAC commands only, or no codec at the server */
function carriedFor(
  inside: Decoder,
  { data, decoded, fPort }: LorawanUplink,
): { payload: Uint8Array } | { failed: DecodeResult } | undefined {
  if (inside.readsDecodedJson === true) {
    return decoded === undefined ? undefined : { payload: new TextEncoder().encode(JSON.stringify(decoded)) };
  }
  if (data === undefined || data === '' || fPort === 0) return undefined;
  const payload = bytesOfBase64(data);
  if (payload === undefined) return { failed: failure('malformed', "The uplink's data is not base64.") };
  return payload.length > DATA_BYTES_MAX
    ? { failed: failure('malformed', `${payload.length} bytes cannot be one uplink.`) }
    : { payload };
}

function healthOf(uplink: LorawanUplink): HealthSample | undefined {
  const { linkDbm, batteryRatio, observedAtMs } = uplink;
  if (linkDbm === undefined && batteryRatio === undefined) return undefined;
  return {
    kind: 'health',
    ...(observedAtMs !== undefined && { observedAtMs }),
    ...(linkDbm !== undefined && { linkDbm }),
    ...(batteryRatio !== undefined && { batteryRatio }),
  };
}

function atTime(sample: Sample, observedAtMs: number | undefined): Sample {
  if (observedAtMs === undefined || sample.observedAtMs !== undefined || sample.historical === true) return sample;
  return { ...sample, observedAtMs };
}

/** The sensor's own word on its battery is newer than what the network server remembers. */
function mergeHealth(samples: Sample[], health: HealthSample | undefined): Sample[] {
  if (health === undefined) return samples;
  const at = samples.findIndex(
    (sample) => sample.kind === 'health' && sample.sensorId === undefined && sample.historical !== true,
  );
  return at < 0
    ? [...samples, health]
    : samples.map((sample, index) => (index === at ? { ...health, ...sample } : sample));
}

/** Standard or url-safe alphabet, padded or not. Node alone would skip what is no base64 at all. */
function bytesOfBase64(text: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined;
}
