import { expect, test } from 'vitest';

import type { BinForecast } from '../api/types';
import { describeRunOut, factsOf } from './forecast-words';

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;

const forecast = (more: Partial<BinForecast>): BinForecast => ({
  siteId: 's',
  binId: 'b',
  atMs: NOW_MS,
  historyDays: 20,
  demand: {
    demandClass: 'smooth',
    averageIntervalDays: 1,
    squaredVariation: 0.1,
    meanPerDay: 5,
    sdPerDay: 1,
    byMethod: [],
  },
  leadTime: { days: 5, sdDays: 0, deliveries: 0, source: 'agreed' },
  leadTimeDemand: [],
  onHand: 70,
  daysUntilEmpty: 14,
  outlook: null,
  reorderPoint: 20,
  suggestion: null,
  ...more,
});

const outlook = (runsOutAtMs: number | null, runsOutEarliestAtMs: number | null): BinForecast['outlook'] => ({
  probability: 0.8,
  days: [{ atMs: NOW_MS + 28 * DAY_MS, expected: 0, low: 0, high: 0 }],
  receipts: [],
  runsOutAtMs,
  runsOutEarliestAtMs,
});

test('it is said when the shelf runs empty, and how early it could', () => {
  const words = describeRunOut(forecast({ outlook: outlook(NOW_MS + 14 * DAY_MS, NOW_MS + 10 * DAY_MS) }));
  expect(words).toMatch(/^Runs out around .*2026, if demand is high on .*2026, if nothing more is ordered\.$/);
});

test('what is not known is not made up', () => {
  expect(describeRunOut(forecast({ historyDays: 3, demand: null }))).toBe(
    'Too little history for a forecast: 3 of at least 14 whole days.',
  );
  expect(describeRunOut(forecast({ outlook: null }))).toBe('The level is not known yet.');
  expect(describeRunOut(forecast({ outlook: outlook(null, null) }))).toMatch(/^Lasts beyond/);
  expect(describeRunOut(forecast({ outlook: outlook(null, NOW_MS + DAY_MS) }))).toMatch(/^May run out from/);
});

test('a learned lead time is told apart from the one agreed', () => {
  expect(factsOf(forecast({}), 'pcs')).toContainEqual(['Lead time', '5 days, as agreed']);
  const learned = { days: 6.25, sdDays: 1.5, deliveries: 4, source: 'learned' as const };
  expect(factsOf(forecast({ leadTime: learned }), 'pcs')).toContainEqual([
    'Lead time',
    expect.stringMatching(/^6\.3 ± 1\.5 days, learned from 4 deliveries$/),
  ]);
});
