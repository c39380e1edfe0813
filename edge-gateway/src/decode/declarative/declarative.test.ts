import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

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
