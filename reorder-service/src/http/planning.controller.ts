import { Controller, Inject } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { BinForecasts } from '../planning/bin-forecasts.ts';
import { KpiQueries } from '../planning/kpi-queries.ts';
import { PolicyBook } from '../planning/policy-book.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

const KPI_DAYS_DEFAULT = 30;
const DAY_MS = 86_400_000;

/** Policies, forecasts and figures are the customer's own: suppliers see none of them. */
@Controller()
export class PlanningController {
  constructor(
    private readonly policies: PolicyBook,
    private readonly forecasts: BinForecasts,
    private readonly kpis: KpiQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @ContractRoute('listPolicies')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  list(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listPolicies'>,
  ): Promise<ResponseOf<'listPolicies'>> {
    return this.policies.list(person.tenantId, query);
  }

  @ContractRoute('putPolicy')
  @Roles('admin', 'buyer')
  async put(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'putPolicy'>,
  ): Promise<ResponseOf<'putPolicy'>> {
    const result = await this.policies.put(person.tenantId, body, person.email);
    if (!result.ok) {
      throw new HttpProblem(result.code, result.detail, result.problems ? { problems: result.problems } : {});
    }
    const { policyId, version, changed } = result;
    return { policyId, version, changed };
  }

  @ContractRoute('getForecast')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async forecast(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, query }: InputOf<'getForecast'>,
  ): Promise<ResponseOf<'getForecast'>> {
    const forecast = await this.forecasts.of(person.tenantId, params, query);
    if (!forecast) throw new HttpProblem('NOT_FOUND', 'There is no such bin');
    return forecast;
  }

  @ContractRoute('getKpis')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  figures(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'getKpis'>,
  ): Promise<ResponseOf<'getKpis'>> {
    const toMs = query.toMs ?? this.clock();
    const fromMs = query.fromMs ?? toMs - KPI_DAYS_DEFAULT * DAY_MS;
    if (fromMs >= toMs) {
      const problems = [{ where: 'query.fromMs', what: 'must be before toMs' }];
      throw new HttpProblem('REQUEST_INVALID', 'The time ends before it begins', { problems });
    }
    return this.kpis.of(person.tenantId, { ...query, fromMs, toMs });
  }
}
