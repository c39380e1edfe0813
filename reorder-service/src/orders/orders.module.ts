import { Module } from '@nestjs/common';

import { OrderQueries } from './order-queries.ts';

/** Orders as people see them. Their life is in functions that others call inside their own transactions. */
@Module({ providers: [OrderQueries], exports: [OrderQueries] })
export class OrdersModule {}
