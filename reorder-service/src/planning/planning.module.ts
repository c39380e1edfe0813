import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { BinForecasts } from './bin-forecasts.ts';
import { KpiQueries } from './kpi-queries.ts';
import { PolicyBook } from './policy-book.ts';

/** What buyers plan with: policies, forecasts and figures. */
@Module({
  imports: [EventsModule],
  providers: [BinForecasts, KpiQueries, PolicyBook],
  exports: [BinForecasts, KpiQueries, PolicyBook],
})
export class PlanningModule {}
