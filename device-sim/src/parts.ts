/** The supplier without its HTTP server and without a clock, for the simulation of the whole chain (system-tests). */
export { behaviourSchema, type Behaviour } from './supplier/behaviour.ts';
export { SupplierBook, type Step } from './supplier/book.ts';
