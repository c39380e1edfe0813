import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isTracing, parseTraceparent, recordSpan, startTracing, stopTracing, traceparentOf } from './tracing.ts';

const NOW = { startMs: 1_763_800_000_000, endMs: 1_763_800_000_010 };
/** Nothing listens there: what cannot be delivered is given up. */
const NOWHERE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

test.each([
  ['without an endpoint', {}],
  ['when the SDK is disabled', { ...NOWHERE, OTEL_SDK_DISABLED: 'true' }],
  ['when no traces are exported', { ...NOWHERE, OTEL_TRACES_EXPORTER: 'none' }],
])('%s nobody traces', async (_, env) => {
  await startTracing('test', env);
  expect([isTracing(), recordSpan('step', NOW)]).toEqual([false, undefined]);
});

test('what follows a step is of its trace, and what was not sampled is not noted', async () => {
  await startTracing('test', NOWHERE);
  const first = recordSpan('first', NOW);
  const second = recordSpan('second', { ...NOW, traceparent: first });
  expect(parseTraceparent(second)?.traceId).toBe(parseTraceparent(first)?.traceId);
  expect(parseTraceparent(second)?.spanId).not.toBe(parseTraceparent(first)?.spanId);
  expect(recordSpan('foreign', { ...NOW, traceparent: 'no trace' })).toBeUndefined();
  await stopTracing();
  await startTracing('test', {
    ...NOWHERE,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  });
  expect(recordSpan('unsampled', NOW)).toBeUndefined();
  expect(recordSpan('sampled before', { ...NOW, traceparent: first })).toBeDefined();
  await stopTracing();
});

test('whatever stands in place of a traceparent is no trace', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(parseTraceparent(traceparentOf({ traceparent: value }))).toBeUndefined();
      traceparentOf(value);
    }),
  );
});
