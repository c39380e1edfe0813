/** The supplier without its HTTP server and without a clock, and what is due when, for the simulation of the whole chain (system-tests). */
export { EventQueue } from './world/event-queue.ts';
export { behaviourSchema, type Behaviour } from './supplier/behaviour.ts';
export { SupplierBook, type Step } from './supplier/book.ts';
