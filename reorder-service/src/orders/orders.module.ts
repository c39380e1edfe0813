import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { ApprovalRules } from './approval-rules.ts';
import { Budgets } from './budgets.ts';
import { OrderAging } from './order-aging.ts';
import { OrderQueries } from './order-queries.ts';

/** Orders as people see them. Their life is in functions that others call inside their own transactions. */
@Module({
  imports: [EventsModule],
  providers: [ApprovalRules, Budgets, OrderAging, OrderQueries],
  exports: [ApprovalRules, Budgets, OrderQueries],
})
export class OrdersModule {}
