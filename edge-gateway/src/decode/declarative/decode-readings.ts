import type { DecodeResult, RejectedEntry } from '../decoder.ts';
import { parseDeviceTime } from '../local-time.ts';
import { measuredSample } from '../measured-value.ts';
import type { Sample, SampleCommon } from '../sample.ts';
import { unixTimeMs } from '../unix-time.ts';
import { type CompiledExpression, compileExpression } from './expression.ts';
import type { ReadingRule } from './rules.ts';

interface CompiledRule {
  rule: ReadingRule;
  value?: CompiledExpression;
  when?: CompiledExpression;
  stable?: CompiledExpression;
  time?: CompiledExpression;
}

export function compileRules(rules: readonly ReadingRule[]): (message: unknown) => DecodeResult {
  const compiled = rules.map((rule): CompiledRule => {
    const { value, when, stable, time } = rule;
    return {
      rule,
      ...(value !== undefined && { value: compileExpression(value) }),
      ...(when !== undefined && { when: compileExpression(when) }),
      ...(stable !== undefined && { stable: compileExpression(stable) }),
      ...(time !== undefined && { time: compileExpression(time) }),
    };
  });
  return (message) => decodeReadings(message, compiled);
}

/** One rule that fails does not take the others with it; a value that the message does not carry is no reading. */
function decodeReadings(message: unknown, rules: readonly CompiledRule[]): DecodeResult {
  const samples: Sample[] = [];
  const rejected: RejectedEntry[] = [];
  for (const rule of rules) {
    const result = applyRule(message, rule);
    if (result === undefined) continue;
    if ('detail' in result) rejected.push(result);
    else samples.push(result);
  }
  const [first] = rejected;
  if (first !== undefined && samples.length === 0) return { ok: false, ...first };
  return { ok: true, samples, ...(rejected.length > 0 && { rejected }) };
}

function applyRule(message: unknown, compiled: CompiledRule): Sample | RejectedEntry | undefined {
  const { rule } = compiled;
  const holds = compiled.when?.evaluate(message);
  if (holds !== undefined && 'problem' in holds) return problem(rule, `when: ${holds.problem}`);
  if (holds !== undefined && holds.value !== true) return undefined;
  const common = { ...timeOf(message, compiled), ...(rule.sensorId !== undefined && { sensorId: rule.sensorId }) };
  if (rule.button !== undefined) return { kind: 'button', ...common, action: rule.button };
  const found = compiled.value?.evaluate(message);
  if (found === undefined) return undefined;
  if ('problem' in found) return problem(rule, found.problem);
  if (found.value === undefined || found.value === null) return undefined;
  const value = found.value;
  if (typeof value !== 'number' && typeof value !== 'string') return problem(rule, 'the value is no number');
  const sample = measuredSample(value, rule.unit ?? '', common);
  if (sample === undefined) return problem(rule, `${JSON.stringify(value).slice(0, 40)} cannot be ${rule.unit ?? ''}`);
  return sample.kind === 'weight' ? { ...sample, stability: stabilityOf(message, compiled) } : sample;
}

function stabilityOf(message: unknown, { stable }: CompiledRule): 'stable' | 'unstable' | 'unknown' {
  const result = stable?.evaluate(message);
  if (result === undefined || 'problem' in result || typeof result.value !== 'boolean') return 'unknown';
  return result.value ? 'stable' : 'unstable';
}

function timeOf(message: unknown, { time }: CompiledRule): SampleCommon {
  const result = time?.evaluate(message);
  if (result === undefined || 'problem' in result) return {};
  const { value } = result;
  const observedAtMs =
    typeof value === 'number' ? unixTimeMs(value) : typeof value === 'string' ? parseDeviceTime(value) : undefined;
  return observedAtMs === undefined ? {} : { observedAtMs };
}

function problem(rule: ReadingRule, what: string): RejectedEntry {
  const name = rule.sensorId ?? rule.value ?? rule.button ?? '';
  return { kind: 'malformed', detail: `The rule ${JSON.stringify(name.slice(0, 60))} gives nothing: ${what}.` };
}
