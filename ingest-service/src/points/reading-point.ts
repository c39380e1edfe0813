import { effectiveAtMs, type Reading, type ReadingIdentity, type SiteAddress } from '@shelfwire/contract';

import { NANOS_PER_MS, type TelemetryPoint } from './point.ts';
import { SeriesTagsCache } from './series-tags.ts';

/** Where a reading came from: the site by its topic, the rest by its batch. */
export interface ReadingOrigin extends SiteAddress {
  identity: ReadingIdentity;
}

const seriesTags = new SeriesTagsCache();

export function readingPoint(reading: Reading, origin: ReadingOrigin): TelemetryPoint {
  const { gatewayId, sequence } = origin.identity;
  return {
    measurement: reading.kind === 'health' ? 'device_health' : 'reading',
    atMs: effectiveAtMs(reading),
    nanosOfMs: sequence % NANOS_PER_MS,
    tags: seriesTags.of(reading, origin, gatewayId),
    // The trace is no measurement.
    fields:
      reading.traceparent === undefined ? { ...reading, sequence } : { ...reading, traceparent: undefined, sequence },
  };
}
