import type { DecodeResult } from './decoder.ts';
import { parseDecimal } from './exact-mass.ts';
import { failure } from './result.ts';

/** Payloads of strangers as JSON: every access is checked, nothing throws. */

export type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The payload as text (a byte order mark is dropped), or undefined if it is not UTF-8. */
export function utf8Text(payload: Uint8Array): string | undefined {
  try {
    return UTF8.decode(payload);
  } catch {
    return undefined;
  }
}

/**
 * A text that ends before its brackets do is `truncated`, any other fault is `malformed`: the first points at the
 * network, the second at the sender.
 */
export function parseJson(payload: Uint8Array): { value: unknown } | { failed: DecodeResult } {
  const text = utf8Text(payload);
  if (text === undefined) return { failed: failure('malformed', 'The payload is not UTF-8 text, so it is no JSON.') };
  const trimmed = text.trim();
  if (trimmed === '') return { failed: failure('truncated', 'The payload is empty.') };
  try {
    return { value: JSON.parse(trimmed) as unknown };
  } catch {
    return {
      failed:
        /^[[{]/.test(trimmed) && !/[\]}]$/.test(trimmed)
          ? failure('truncated', `The JSON breaks off after ${trimmed.length} characters.`)
          : failure('malformed', 'The payload is not JSON.'),
    };
  }
}

export function parseJsonObject(payload: Uint8Array): { object: JsonObject } | { failed: DecodeResult } {
  const parsed = parseJson(payload);
  if ('failed' in parsed) return parsed;
  const object = asObject(parsed.value);
  return object === undefined ? { failed: failure('unknown-type', 'The JSON is no object.') } : { object };
}

export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The objects of a list; a single object counts as a list of one. */
export function asObjects(value: unknown): JsonObject[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).map(asObject).filter((object) => object !== undefined);
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function asFiniteNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A number, also one written as a string, as Keonn's templates and integrators' gateways do. */
export function asNumberOrNumeral(value: unknown): number | undefined {
  return typeof value === 'string' ? parseDecimal(value) : asFiniteNumber(value);
}
