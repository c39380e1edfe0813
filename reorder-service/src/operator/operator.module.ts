import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { SuppliersModule } from '../suppliers/suppliers.module.ts';
import { OrderActions } from './order-actions.ts';

/** What people do, as opposed to what devices and policies do. */
@Module({ imports: [EventsModule, SuppliersModule], providers: [OrderActions], exports: [OrderActions] })
export class OperatorModule {}
