/** What the benchmarks measure, apart from the running service. Nothing else imports this. */
export { migrateToLatest } from './database/migrate.ts';
export { openDatabase, type Db } from './database/open-database.ts';
export { withTenant } from './database/with-tenant.ts';
export { decide } from './replenishment/decide.ts';
export type { DecisionInput } from './replenishment/decision-input.ts';
export { evaluate } from './replenishment/evaluate.ts';
export { policySchema } from './replenishment/policy.ts';
export { leadTimeQuantile, targetOf } from './replenishment/science/order-point.ts';
export { applyReadings } from './stock/apply-readings.ts';
export type { SiteMemory } from './stock/site-memory.ts';
