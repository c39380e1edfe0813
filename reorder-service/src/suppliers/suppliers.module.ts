import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { OrderDispatcher } from './order-dispatcher.ts';
import { SupplierInbox } from './supplier-inbox.ts';

/** Orders out to suppliers, their answers in. */
@Module({
  imports: [EventsModule],
  providers: [OrderDispatcher, SupplierInbox],
  exports: [OrderDispatcher, SupplierInbox],
})
export class SuppliersModule {}
