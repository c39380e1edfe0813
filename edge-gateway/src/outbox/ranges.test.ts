import fc from 'fast-check';
import { expect, test } from 'vitest';

import { RangeSet, type SequenceRange } from './ranges.ts';

const range: fc.Arbitrary<SequenceRange> = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, more]) => [from, from + more]);

function numbersOf(ranges: readonly SequenceRange[]): Set<number> {
  return new Set(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index)));
}

test('answers as a plain set of numbers would', () => {
  fc.assert(
    fc.property(fc.array(range), range, ([...added], [from, to]) => {
      const set = new RangeSet(added);
      const plain = numbersOf(added);
      const asked = [...numbersOf([[from, to]])];
      expect(set.size).toBe(plain.size);
      expect(set.last).toBe(Math.max(0, ...plain));
      expect(set.has(from)).toBe(plain.has(from));
      expect(set.covers(from, to)).toBe(asked.every((number) => plain.has(number)));
      expect(set.countWithin(from, to)).toBe(asked.filter((number) => plain.has(number)).length);
      expect(numbersOf(set.missingWithin(from, to))).toEqual(new Set(asked.filter((number) => !plain.has(number))));
      let missing = from;
      while (plain.has(missing)) missing += 1;
      expect(set.firstMissing(from)).toBe(missing);
      for (const [index, [low]] of set.ranges.entries())
        expect(low).toBeGreaterThan((set.ranges[index - 1]?.[1] ?? -1) + 1);
    }),
  );
});

test('the intersection holds what all sets hold', () => {
  fc.assert(
    fc.property(fc.array(fc.array(range), { minLength: 1, maxLength: 3 }), (lists) => {
      const plain = lists.map(numbersOf);
      const [first = new Set<number>(), ...others] = plain;
      const both = new Set([...first].filter((number) => others.every((other) => other.has(number))));
      expect(numbersOf(RangeSet.intersect(lists.map((list) => new RangeSet(list))).ranges)).toEqual(both);
    }),
  );
});
