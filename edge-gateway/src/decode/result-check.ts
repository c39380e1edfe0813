import type { DecodeResult } from './decoder.ts';
import type { Sample } from './sample.ts';

const KINDS: ReadonlySet<string> = new Set(['weight', 'range', 'raw', 'level', 'tag', 'count', 'button', 'health']);
const NOT_NEGATIVE: ReadonlySet<string> = new Set(['distanceMm', 'batteryVolts', 'antenna', 'reads', 'pieces']);
const WHOLE: ReadonlySet<string> = new Set(['antenna', 'reads', 'pieces', 'observedAtMs']);
const RATIOS: ReadonlySet<string> = new Set(['fillRatio', 'batteryRatio']);

/**
 * What no decoder may ever answer, whatever the bytes: NaN, infinities, `undefined` in a key that is there, a negative
 * distance, a ratio beyond 1. The conformance suite and the fuzzer ask it of every result.
 * @returns sentences; empty if the result is sound
 */
export function problemsOfResult(result: DecodeResult): string[] {
  if (result.ok)
    return [...result.samples.flatMap(problemsOfSample), ...(result.rejected ?? []).flatMap(detailProblems)];
  return detailProblems(result);
}

function detailProblems(entry: { detail: string }): string[] {
  if (entry.detail.trim() === '') return ['a failure without a sentence'];
  return entry.detail.length > 500 ? [`a failure's sentence of ${entry.detail.length} characters`] : [];
}

function problemsOfSample(sample: Sample): string[] {
  const problems = KINDS.has(sample.kind) ? [] : [`unknown kind ${sample.kind as string}`];
  for (const [key, value] of Object.entries(sample) as [string, unknown][]) {
    if (value === undefined) problems.push(`${sample.kind}.${key} is undefined instead of absent`);
    if (typeof value === 'number') problems.push(...problemsOfNumber(`${sample.kind}.${key}`, key, value));
    if (value === '') problems.push(`${sample.kind}.${key} is an empty text`);
  }
  if (sample.kind === 'tag' && !/^([0-9A-F]{2})+$/.test(sample.epcHex)) problems.push(`EPC "${sample.epcHex}"`);
  return problems;
}

function problemsOfNumber(path: string, key: string, value: number): string[] {
  if (!Number.isFinite(value)) return [`${path} is ${value}`];
  if (NOT_NEGATIVE.has(key) && value < 0) return [`${path} is negative: ${value}`];
  if (WHOLE.has(key) && !Number.isSafeInteger(value)) return [`${path} is no whole number: ${value}`];
  return RATIOS.has(key) && (value < 0 || value > 1) ? [`${path} is outside 0…1: ${value}`] : [];
}

/**
 * How long the decoder works on the frame, in milliseconds of the processor: a busy machine may stop us in between for as long
 * as it likes.
 */
export function timed<Result>(work: () => Result): { result: Result; cpuMs: number } {
  const before = process.threadCpuUsage();
  const result = work();
  const { user, system } = process.threadCpuUsage(before);
  return { result, cpuMs: (user + system) / 1_000 };
}
