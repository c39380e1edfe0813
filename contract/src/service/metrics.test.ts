import { expect, test } from 'vitest';

import { METRICS } from '../metrics.ts';
import { ServiceMetrics } from './metrics.ts';

test('a metric is exported with the name, help and labels of the contract', async () => {
  const metrics = new ServiceMetrics({ collectDefaults: false });
  metrics.counter('shelfwire_ingest_batches_total').inc({ outcome: 'stored' });
  metrics.counter('shelfwire_ingest_batches_total').inc({ outcome: 'stored' });
  expect(await metrics.registry.metrics()).toContain('shelfwire_ingest_batches_total{outcome="stored"} 2');
});

test('names follow the conventions: base units, _total for counters, no unbounded labels', () => {
  for (const [name, { type, labelNames }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^shelfwire_(gateway|ingest|reorder|sim)_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    for (const label of labelNames) expect(label, name).not.toMatch(/device|sensor|epc|message|error/i);
  }
});
