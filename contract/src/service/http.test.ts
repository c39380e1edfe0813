import { expect, test } from 'vitest';

import { createServiceServer } from './http.ts';
import { ServiceMetrics } from './metrics.ts';

test('readyz says what is missing, healthz answers all the same', async () => {
  let missing = ['broker: not connected'];
  const server = createServiceServer({ service: 'test', metrics: new ServiceMetrics(), readiness: () => missing });
  expect((await server.inject('/healthz')).statusCode).toBe(200);
  const notReady = await server.inject('/readyz');
  expect([notReady.statusCode, notReady.json()]).toEqual([503, { ready: false, missing }]);
  missing = [];
  expect((await server.inject('/readyz')).statusCode).toBe(200);
  expect((await server.inject('/metrics')).body).toContain('process_resident_memory_bytes');
  await server.close();
});
