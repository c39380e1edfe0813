import { HttpError, type InfluxDB } from '@influxdata/influxdb-client';

import { ingestError } from '../../errors.ts';
import type { TelemetryStore } from '../telemetry-store.ts';
import { classifyFailure } from './failure.ts';

/**
 * The reading half of a store that is written by the v2 write API, whose servers share no query language: InfluxQL on
 * InfluxDB (1.x, 2.x, 3.x), Prometheus' API on VictoriaMetrics. Keeps the promises of TelemetryStore.
 */
export type SeriesReader = Pick<TelemetryStore, 'series' | 'buckets' | 'stretches' | 'sensors' | 'check'>;

/** A request whose failure is sorted into "away" and "cannot be answered". */
export async function getText(
  client: InfluxDB,
  path: string,
  parameters: URLSearchParams,
  method: 'GET' | 'POST' = 'GET',
): Promise<string> {
  const chunks: Uint8Array[] = [];
  try {
    // `request` would parse the answer, and VictoriaMetrics calls JSON what is lines of it.
    const answer = client.transport.iterate(`${path}?${parameters.toString()}`, '', {
      method,
      // 3.x answers 400 to every other text here, also to a list of types.
      headers: { accept: 'application/json' },
    });
    for await (const chunk of answer) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } catch (error) {
    const failure = classifyFailure(error, Date.now());
    if (failure.kind === 'away') throw failure.error;
    const status = error instanceof HttpError ? ` (${error.statusCode})` : '';
    throw ingestError('STORE_QUERY_FAILED', `the database refuses the query${status}: ${failure.reason}`, {
      cause: error,
    });
  }
}
