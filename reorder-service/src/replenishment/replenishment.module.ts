import { Module } from '@nestjs/common';

import { PolicySchedule } from '../catalogue/policy-schedule.ts';
import { EventsModule } from '../events/events.module.ts';
import { SuppliersModule } from '../suppliers/suppliers.module.ts';
import { Evaluator } from './evaluator.ts';
import { SendTrucks } from './send-trucks.ts';

/** Decisions: when to order, how much, and why. */
@Module({
  imports: [EventsModule, SuppliersModule],
  providers: [Evaluator, PolicySchedule, SendTrucks],
  exports: [Evaluator],
})
export class ReplenishmentModule {}
