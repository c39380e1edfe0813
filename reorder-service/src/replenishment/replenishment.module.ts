import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { SuppliersModule } from '../suppliers/suppliers.module.ts';
import { Evaluator } from './evaluator.ts';

/** Decisions: when to order, how much, and why. */
@Module({ imports: [EventsModule, SuppliersModule], providers: [Evaluator], exports: [Evaluator] })
export class ReplenishmentModule {}
