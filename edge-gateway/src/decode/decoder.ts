import type { z } from 'zod';

import type { Sample } from './sample.ts';

/** One message, serial line or protocol data unit, exactly as it came. */
export interface Frame {
  payload: Uint8Array;
  /** The MQTT topic, where there is one. */
  topic?: string;
  /** Unix ms when the gateway had it complete. */
  receivedAtMs: number;
  /** MQTT retain flag as delivered: an old value that only looks live. */
  retained?: boolean;
  /** The LoRaWAN port, where the envelope told it; devices send measurements on one and configuration on others. */
  fPort?: number;
}

export type DecodeFailureKind =
  | 'truncated'
  | 'malformed'
  | 'bad-checksum'
  | 'unknown-type'
  | 'out-of-range'
  | 'needs-constants'
  | 'needs-birth';

/** One entry of a frame that carries several (an HTTP array of tag events, a report of many tags) could not be used. */
export interface RejectedEntry {
  kind: DecodeFailureKind;
  detail: string;
}

/**
 * Bad input is a value. `samples` may be empty: a frame that is right and carries no reading (a join, a keepalive, a
 * battery-only uplink of a sensor without battery samples) is understood, not a failure. `detail` is one sentence for a
 * person. `rejected` lists entries of a good frame that were bad by themselves: the frame is to be quarantined too, so that
 * nothing is dropped silently. `reply` is what the protocol wants written back (an LLRP keepalive answer, a Sparkplug rebirth request).
 */
export type DecodeResult =
  | { ok: true; samples: Sample[]; rejected?: RejectedEntry[]; reply?: Reply }
  | { ok: false; kind: DecodeFailureKind; detail: string; reply?: Reply };

/** To the same connection (`bytes`) or on an MQTT topic. */
export type Reply = { to: 'connection'; bytes: Uint8Array } | { to: 'topic'; topic: string; payload: Uint8Array };

/**
 * Turns the frames of ONE device into samples. It never throws and never waits, whatever the bytes; it holds only the
 * state its protocol needs (aliases of a birth, the last sequence number) and bounds it.
 */
export interface Decoder {
  decode(frame: Frame): DecodeResult;
  /** Inside an envelope: it reads the JSON that the network server's own codec made of the bytes, not the bytes. */
  readonly readsDecodedJson?: boolean;
}

/** Cuts a byte stream (serial port, TCP) into frames. Bounded: garbage without an end never grows without limit. */
export interface Framer {
  /** @returns the frames that this chunk completed, in order */
  push(chunk: Uint8Array): Uint8Array[];
  /** Forgets a half frame, as after an unplugged cable. */
  reset(): void;
}

/** How to ask a device that does not speak by itself. */
export interface Polling {
  request: Uint8Array;
  intervalMs: number;
}

export interface DecoderModel<Constants extends z.ZodObject = z.ZodObject> {
  /** The id in `gateway.yaml` and of `npm run decode -- --model`. */
  id: string;
  title: string;
  /** `payload`: the frame comes whole (MQTT, LoRaWAN). `stream`: `createFramer` cuts it out of a byte stream. */
  input: 'payload' | 'stream';
  /** True for what only carries another sensor's bytes: `inside` names the decoder of those. */
  isEnvelope?: boolean;
  /** In which form a FILE given to `npm run decode` holds the payload unless `--encoding` says otherwise. */
  encoding: 'utf8' | 'latin1' | 'binary' | 'hex';
  /** Per-device constants (a load cell's datasheet values): the device's record brings them, never the payload. */
  constantsSchema?: Constants;
  createFramer?: () => Framer;
  polling?: Polling;
  /** Instead of `polling`, where the request depends on the device: its address, its registers, whether it wants one. */
  pollingOf?(constants: z.infer<Constants>): Polling | undefined;
  /** A device that promises to be heard so often: a connection that stays silent for longer is dead, though nobody said so. */
  silenceMsMaxOf?(constants: z.infer<Constants>): number | undefined;
  create(options: DecoderOptions<z.infer<Constants>>): Decoder;
}

export interface DecoderOptions<Constants = Record<string, unknown>> {
  constants: Constants;
  /** For an envelope (ChirpStack, The Things Stack): the decoder of what it carries. */
  inside?: Decoder;
}
