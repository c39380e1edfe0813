import fc from 'fast-check';
import { expect, test } from 'vitest';

import { matchesTopicFilter, topicFilterProblem, topicFiltersOverlap } from './topic-filter.ts';

test.each([
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['+', '/finance', false],
  ['sport/+/player1', 'sport/tennis/player2', false],
])('%s and %s: %s, as section 4.7 of MQTT 3.1.1 has it', (filter, topic, matches) => {
  expect(matchesTopicFilter(filter, topic)).toBe(matches);
});

test.each(['sport/tennis#', 'sport/#/ranking', 'sport+', '$SYS/x', 'a\0b'])(
  '%s is no filter for a device',
  (filter) => {
    expect(topicFilterProblem(filter)).toBeTypeOf('string');
  },
);

test('two filters overlap exactly if some topic matches both', () => {
  const level = fc.constantFrom('a', 'b', '+');
  const filter = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'));
  const names = ['a', 'b', 'c'];
  const topics = names.flatMap((one) => [
    one,
    ...names.flatMap((two) => [
      `${one}/${two}`,
      ...names.flatMap((three) => [`${one}/${two}/${three}`, ...names.map((four) => `${one}/${two}/${three}/${four}`)]),
    ]),
  ]);
  fc.assert(
    fc.property(filter, filter, (one, other) => {
      const common = topics.some((topic) => matchesTopicFilter(one, topic) && matchesTopicFilter(other, topic));
      expect(topicFiltersOverlap(one, other)).toBe(common);
    }),
  );
});
