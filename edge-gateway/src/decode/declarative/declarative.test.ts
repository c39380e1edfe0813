import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { timed } from '../result-check.ts';
import { compileExpression } from './expression.ts';
import { rulesSchema } from './rules.ts';

describe('the sandbox of rules', () => {
  test.each([
    ['functions of its own', '($f := function($n) { $n > 0 ? $f($n - 1) : 0 }; $f(1e9))'],
    ['a lambda handed to a built-in', '$map(a, function($x) { $x })'],
    ['ranges', '[1..9999999]'],
    ['regular expressions', '$match(a, /(a+)+$/)'],
    ['evaluation of text', '$eval("1")'],
    ['padding without bound', '$pad("x", 1e9)'],
    ['variables', '($x := a & a; $x & $x)'],
    ['calls of what it finds', 'a.constructor("x")'],
    ['the environment', '$__evaluate_entry'],
  ])('refuses %s', (_what, text) => {
    expect(() => compileExpression(text)).toThrow(RangeError);
  });

  test('stops what takes too many steps, and works again for the next message', () => {
    const nested = compileExpression('$sum(a.(b.(c.(d))))');
    const many = (depth: number): unknown => Array.from({ length: 30 }, () => (depth === 0 ? { d: 1 } : { c: [] }));
    const large = { a: Array.from({ length: 2_000 }, () => ({ b: many(1) })) };
    expect(nested.evaluate(large)).toEqual({ problem: 'more than 10000 steps' });
    expect(nested.evaluate({ a: { b: { c: { d: 4 } } } })).toEqual({ value: 4 });
  });

  test('stops what works on the whole message again and again, long before its steps are counted', () => {
    const message = { a: Array.from({ length: 11_000 }, (_, index) => index) };
    expect(JSON.stringify(message).length, 'as large as a payload may be').toBeLessThan(65_536);
    for (const text of ['a.($string($$))', 'a.$split($string($$.a), ",")', 'a[$string($$) & $string($) = "x"]']) {
      const { result, cpuMs } = timed(() => compileExpression(text).evaluate(message));
      expect(result, text).toHaveProperty('problem');
      expect(cpuMs, text).toBeLessThan(1_000);
    }
  });

  test('a message or a rule that is nested without end is a problem, and no crash', () => {
    const nested = JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)) as unknown;
    for (const text of ['$string($)', '$count($)', 'a.b', '$sum($)', '$[0][0]']) {
      expect(Object.keys(compileExpression(text).evaluate(nested)), text).toHaveLength(1);
    }
    expect(compileExpression('('.repeat(240) + 'a' + ')'.repeat(240)).evaluate({ a: 7 })).toEqual({ value: 7 });
    const doubling = Array.from({ length: 12 }).reduce<string>((text) => `$string([${text}])`, 'a');
    expect(() => compileExpression(doubling)).toThrow(/\$string more than 3 times/);
  });

  test('an expression reaches the message and nothing behind it', () => {
    const message = JSON.parse('{"a":1,"__proto__":{"b":2}}') as unknown;
    for (const text of [
      '$.constructor',
      '$lookup($, "constructor")',
      'toString',
      '$sum.constructor',
      '$$.__proto__.c',
    ]) {
      expect(compileExpression(text).evaluate(message), text).toEqual({ value: undefined });
    }
  });

  test('an expression never throws, whatever the message', () => {
    const expression = compileExpression('$number(a.b) * 2 > 3 ? a.b : $substring(c, 1)');
    fc.assert(
      fc.property(fc.jsonValue(), (message) => {
        expect(Object.keys(expression.evaluate(message))).toHaveLength(1);
      }),
    );
  });

  test('rules are refused when they are read, with where the fault is', () => {
    const problems = (rules: unknown): string[] =>
      rulesSchema.safeParse(rules).error?.issues.map((issue) => issue.path.join('.')) ?? [];
    expect(problems({ readings: [{ value: 'a..', unit: 'kg' }] })).toContain('readings.0.value');
    expect(problems({ readings: [{ value: 'a', unit: 'stone' }] })).toContain('readings.0.unit');
    expect(problems({ readings: [{ button: 'order' }] })).toEqual(['readings.0']);
    expect(problems({ payload: 'bytes' })).toEqual(['fields']);
  });
});
