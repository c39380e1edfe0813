import { expect, test } from 'vitest';

import type { EventSubscription } from '../api/types';
import { standingOf } from './webhook-words';

const webhook = (more: Partial<EventSubscription>): EventSubscription => ({
  subscriptionId: 'erp',
  url: 'https://erp.example/hook',
  description: '',
  types: ['shelfwire.order.*'],
  siteIds: [],
  createdAtMs: 1_763_800_000_000,
  createdBy: 'ann@plant.example',
  disabledAtMs: null,
  disabledBecause: null,
  failures: 0,
  lastError: null,
  lastDeliveredAtMs: null,
  waiting: 0,
  dead: 0,
  ...more,
});
const labelOf = (more: Partial<EventSubscription>): string => standingOf(webhook(more)).label;

test('what a person should act on comes before what is merely so', () => {
  const lastDeliveredAtMs = 1_763_800_000_000;
  expect(labelOf({})).toBe('Nothing sent yet');
  expect(labelOf({ lastDeliveredAtMs })).toBe('Working');
  expect(labelOf({ lastDeliveredAtMs, dead: 3 })).toBe('Events given up');
  expect(labelOf({ lastDeliveredAtMs, dead: 3, failures: 1, lastError: 'HTTP 500' })).toBe('Failing');
  expect(labelOf({ failures: 9, disabledAtMs: lastDeliveredAtMs, disabledBecause: 'it is gone (410)' })).toBe(
    'Disabled',
  );
});

test('a failure says how often and why', () => {
  expect(standingOf(webhook({ failures: 2, lastError: 'HTTP 500' })).meaning).toBe(
    'The last 2 attempts failed: HTTP 500',
  );
});
