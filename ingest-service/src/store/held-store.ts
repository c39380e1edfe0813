import type { StoreHold } from './hold.ts';
import type { TelemetryStore } from './telemetry-store.ts';

/** A store as those see it who do not wait for it: it is not asked while it wants no requests (Retry-After). */
export type HeldStore = Pick<TelemetryStore, 'series' | 'buckets' | 'stretches' | 'sensors' | 'write' | 'maintain'>;

export function heldStore(store: TelemetryStore, hold: StoreHold): HeldStore {
  return {
    series: (request) => hold.atOnce(() => store.series(request)),
    buckets: (request) => hold.atOnce(() => store.buckets(request)),
    stretches: (request) => hold.atOnce(() => store.stretches(request)),
    sensors: (site) => hold.atOnce(() => store.sensors(site)),
    write: (points) => hold.atOnce(() => store.write(points)),
    maintain: (retention, nowMs, signal) => hold.atOnce(() => store.maintain(retention, nowMs, signal)),
  };
}
