import { ROOT_CONTEXT, trace, TraceFlags, type Attributes, type SpanContext, type Tracer } from '@opentelemetry/api';
import type * as TraceSdk from '@opentelemetry/sdk-trace';

type Environment = Readonly<Record<string, string | undefined>>;

let tracer: Tracer | undefined;
let flush: (() => Promise<void>) | undefined;

/**
 * Traces from a device's message to the order, switched on by OpenTelemetry's own variables: OTEL_EXPORTER_OTLP_ENDPOINT
 * (or …_TRACES_ENDPOINT) says where to, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER and
 * OTEL_EXPORTER_OTLP_HEADERS what and how. Without an endpoint nothing is loaded, and a span costs one comparison.
 */
export async function startTracing(service: string, env: Environment): Promise<void> {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (!endpoint || env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return;
  const sdk = await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const exporter = new OTLPTraceExporter();
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': env['OTEL_SERVICE_NAME'] || service }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    sampler: samplerOf(sdk, env),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: delayOf(env) })],
  });
  tracer = provider.getTracer('shelfwire');
  flush = () => provider.shutdown();
}

/** Sends what is left, at the end of the process. */
export async function stopTracing(): Promise<void> {
  // A collector that is away must not keep a service from ending.
  await flush?.().catch(() => undefined);
  tracer = undefined;
  flush = undefined;
}

/** False: nothing needs to be gathered for a span. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

export interface SpanFacts {
  /** Of what led to this (W3C trace context); without it a new trace begins. */
  traceparent?: string | undefined;
  startMs: number;
  endMs: number;
  attributes?: Attributes;
}

/**
 * Notes one step that is over. A step of a reading is noted only if its trace was sampled where it began.
 * @returns the traceparent for what follows; undefined if nobody traces, or this trace was not sampled
 */
export function recordSpan(name: string, { endMs, ...facts }: SpanFacts): string | undefined {
  const span = beginSpan(name, facts);
  span?.end(endMs);
  return span?.traceparent;
}

/** A step that others are told of before it is over. Nobody hears of one that never ends. */
export interface OpenSpan {
  /** For what happens within it; undefined if this trace was not sampled. */
  traceparent: string | undefined;
  end(endMs: number, attributes?: Attributes): void;
}

/** @returns undefined if nobody traces, or its trace was not sampled where it began */
export function beginSpan(name: string, facts: Omit<SpanFacts, 'endMs'>): OpenSpan | undefined {
  if (tracer === undefined) return undefined;
  const parent = parseTraceparent(facts.traceparent);
  if (facts.traceparent !== undefined && parent === undefined) return undefined;
  const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const span = tracer.startSpan(name, { startTime: facts.startMs, attributes: facts.attributes ?? {} }, context);
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceparent: (traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : `00-${traceId}-${spanId}-01`,
    end: (endMs, attributes = {}) => span.setAttributes(attributes).end(Math.max(facts.startMs, endMs)),
  };
}

/** W3C trace context, version 00, sampled. */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

function samplerOf(sdk: typeof TraceSdk, env: Environment): TraceSdk.Sampler {
  const name = env['OTEL_TRACES_SAMPLER'] ?? 'parentbased_always_on';
  const share = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  const root = name.endsWith('traceidratio')
    ? new sdk.TraceIdRatioBasedSampler(share)
    : name.endsWith('always_off')
      ? new sdk.AlwaysOffSampler()
      : new sdk.AlwaysOnSampler();
  return name.startsWith('parentbased_') ? new sdk.ParentBasedSampler({ root }) : root;
}

function delayOf(env: Environment): number {
  const delayMs = Number(env['OTEL_BSP_SCHEDULE_DELAY']);
  return Number.isFinite(delayMs) && delayMs > 0 ? delayMs : 5_000;
}

/** One step of each reading that is traced; `readings` as they came, so that the step is noted whatever else they are. */
export function traceSteps(name: string, readings: readonly unknown[], startMs: number, endMs: number): void {
  if (tracer === undefined) return;
  for (const reading of readings) {
    const traceparent = traceparentOf(reading);
    if (traceparent !== undefined) recordSpan(name, { traceparent, startMs, endMs });
  }
}

/** @returns undefined for what is no traced reading */
export function traceparentOf(reading: unknown): string | undefined {
  const traced = typeof reading === 'object' && reading !== null && 'traceparent' in reading ? reading : undefined;
  return typeof traced?.traceparent === 'string' ? traced.traceparent : undefined;
}
