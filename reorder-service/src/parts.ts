/** The parts of the service one by one, for the simulation of the whole chain on a virtual clock (system-tests). */
export { AppModule } from './app.module.ts';
export { parseCatalogue } from './catalogue/catalogue-file.ts';
export { seedCatalogue } from './catalogue/seed.ts';
export { configSchema } from './config.ts';
export { migrateToLatest } from './database/migrate.ts';
export { openPglite, overPglite, type Db } from './database/open-database.ts';
export { EventPublisher } from './events/event-publisher.ts';
export { TouchedBins } from './events/touched-bins.ts';
export { CentralPublisher } from './mqtt/central-publisher.ts';
export { OrderAging } from './orders/order-aging.ts';
export { Evaluator } from './replenishment/evaluator.ts';
export { ReadingsController } from './stock/readings.controller.ts';
export { StockLedger } from './stock/stock-ledger.ts';
export { OrderDispatcher } from './suppliers/order-dispatcher.ts';
export { SupplierInbox } from './suppliers/supplier-inbox.ts';
export { findViolations } from './upkeep/invariants.ts';
export { Upkeep } from './upkeep/upkeep.ts';
