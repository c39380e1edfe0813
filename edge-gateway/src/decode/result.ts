import type { DecodeFailureKind, DecodeResult } from './decoder.ts';
import type { Sample } from './sample.ts';

/** The frame is right; without samples it simply carries no reading. */
export function understood(samples: Sample[] = []): DecodeResult {
  return { ok: true, samples };
}

/** @param detail one sentence for a person */
export function failure(kind: DecodeFailureKind, detail: string): DecodeResult {
  return { ok: false, kind, detail };
}

/** Text of a frame for a message: short, and with what cannot be printed made visible. */
export function quote(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(shown);
}
