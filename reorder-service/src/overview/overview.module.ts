import { Module } from '@nestjs/common';

import { StockQueries } from '../stock/stock-queries.ts';
import { BinQueries } from './bin-queries.ts';
import { CountingTaskQueries } from './counting-task-queries.ts';
import { SiteQueries } from './site-queries.ts';
import { NameQueries } from './name-queries.ts';
import { SummaryQueries } from './summary-queries.ts';

/** What people want to know at a glance, over stock, orders and tasks. Reads only; needs the DatabaseModule. */
@Module({
  providers: [BinQueries, CountingTaskQueries, NameQueries, SiteQueries, StockQueries, SummaryQueries],
  exports: [BinQueries, CountingTaskQueries, NameQueries, SiteQueries, SummaryQueries],
})
export class OverviewModule {}
