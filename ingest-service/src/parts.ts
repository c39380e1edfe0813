/** The parts of the service one by one, for the simulation of the whole chain on a virtual clock (system-tests). */
export { StoreAwayError } from './errors.ts';
export { IngestReport } from './ingest-report.ts';
export { Ingest } from './ingest.ts';
export { timestampNsText, type TelemetryPoint } from './points/point.ts';
export { Quarantine } from './quarantine/quarantine.ts';
export { StoreHold } from './store/hold.ts';
export type { TelemetryStore, WriteResult } from './store/telemetry-store.ts';
