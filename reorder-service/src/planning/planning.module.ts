import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { BinForecasts } from './bin-forecasts.ts';
import { EffectivePolicies } from './effective-policies.ts';
import { KpiQueries } from './kpi-queries.ts';
import { PolicyBook } from './policy-book.ts';
import { PolicyPreviews } from './policy-previews.ts';
import { PolicySuggestions } from './policy-suggestions.ts';
import { Snoozes } from './snoozes.ts';
import { SupplierKpiQueries } from './supplier-kpi-queries.ts';

const PARTS = [
  BinForecasts,
  EffectivePolicies,
  KpiQueries,
  PolicyBook,
  PolicyPreviews,
  PolicySuggestions,
  Snoozes,
  SupplierKpiQueries,
];

/** What buyers plan with: policies, forecasts and figures. */
@Module({
  imports: [EventsModule],
  providers: PARTS,
  exports: PARTS,
})
export class PlanningModule {}
