import { Controller, Inject } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { BinForecasts } from '../planning/bin-forecasts.ts';
import { EffectivePolicies } from '../planning/effective-policies.ts';
import { KpiQueries } from '../planning/kpi-queries.ts';
import { PolicyBook } from '../planning/policy-book.ts';
import { PolicyPreviews } from '../planning/policy-previews.ts';
import type { PolicyRefused } from '../planning/policy-scopes.ts';
import { Snoozes } from '../planning/snoozes.ts';
import { SupplierKpiQueries } from '../planning/supplier-kpi-queries.ts';
import { PolicySuggestions } from '../planning/policy-suggestions.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

const KPI_DAYS_DEFAULT = 30;
const DAY_MS = 86_400_000;

/** No snooze is longer: a bin that is never to be ordered for has the policy DO_NOT_STOCK. */
const SNOOZE_MS_MAX = 366 * DAY_MS;

/**
 * Policies and figures are the customer's own: suppliers see none of them. Of forecasts they see the demand for what they
 * sell, so that they can plan.
 */
@Controller()
export class PlanningController {
  constructor(
    private readonly policies: PolicyBook,
    private readonly forecasts: BinForecasts,
    private readonly kpis: KpiQueries,
    private readonly effective: EffectivePolicies,
    private readonly previews: PolicyPreviews,
    private readonly snoozes: Snoozes,
    private readonly supplierKpis: SupplierKpiQueries,
    private readonly suggestions: PolicySuggestions,
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
    if (!result.ok) throw refused(result);
    const { policyId, version, changed } = result;
    return { policyId, version, changed };
  }

  @ContractRoute('listPolicySuggestions')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  listSuggestions(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listPolicySuggestions'>,
  ): Promise<ResponseOf<'listPolicySuggestions'>> {
    return this.suggestions.list(person.tenantId, query);
  }

  @ContractRoute('declinePolicySuggestion')
  @Roles('admin', 'buyer')
  async declineSuggestion(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'declinePolicySuggestion'>,
  ): Promise<ResponseOf<'declinePolicySuggestion'>> {
    const known = await this.suggestions.decline(person.tenantId, params, body.reason, person.email);
    if (!known) throw new HttpProblem('NOT_FOUND', 'Nothing is suggested for this bin');
    return params;
  }

  @ContractRoute('listEffectivePolicies')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  listEffective(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listEffectivePolicies'>,
  ): Promise<ResponseOf<'listEffectivePolicies'>> {
    return this.effective.list(person.tenantId, query);
  }

  @ContractRoute('getBinPolicy')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async ofBin(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'getBinPolicy'>,
  ): Promise<ResponseOf<'getBinPolicy'>> {
    const policy = await this.effective.ofBin(person.tenantId, params);
    if (!policy) throw new HttpProblem('NOT_FOUND', 'There is no such bin');
    return policy;
  }

  @ContractRoute('previewPolicy')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async preview(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'previewPolicy'>,
  ): Promise<ResponseOf<'previewPolicy'>> {
    const result = await this.previews.of(person.tenantId, body);
    if (!result.ok) throw refused(result);
    return result.preview;
  }

  @ContractRoute('snoozeBin')
  @Roles('admin', 'buyer')
  async snooze(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'snoozeBin'>,
  ): Promise<ResponseOf<'snoozeBin'>> {
    const nowMs = this.clock();
    if (body.untilMs <= nowMs || body.untilMs > nowMs + SNOOZE_MS_MAX) {
      const problems = [{ where: 'body.untilMs', what: 'must be ahead, and within a year' }];
      throw new HttpProblem('REQUEST_INVALID', 'A snooze ends on a day to come, within a year', { problems });
    }
    const known = await this.snoozes.set(person.tenantId, params, body, person.email);
    if (!known) throw new HttpProblem('NOT_FOUND', 'There is no such bin');
    return { ...params, untilMs: body.untilMs };
  }

  @ContractRoute('endSnooze')
  @Roles('admin', 'buyer')
  async endSnooze(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'endSnooze'>,
  ): Promise<ResponseOf<'endSnooze'>> {
    const known = await this.snoozes.end(person.tenantId, params, person.email);
    if (!known) throw new HttpProblem('NOT_FOUND', 'There is no such bin');
    return { ...params, untilMs: null };
  }

  @ContractRoute('getForecast')
  async forecast(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, query }: InputOf<'getForecast'>,
  ): Promise<ResponseOf<'getForecast'>> {
    const forecast = await this.forecasts.of(person.tenantId, params, query, { supplierId: person.supplierId });
    if (!forecast) throw new HttpProblem('NOT_FOUND', 'There is no such bin');
    return forecast;
  }

  @ContractRoute('getKpis')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  figures(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'getKpis'>,
  ): Promise<ResponseOf<'getKpis'>> {
    return this.kpis.of(person.tenantId, { ...query, ...rangeOf(query, this.clock()) });
  }

  @ContractRoute('getKpiTrend')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async trend(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'getKpiTrend'>,
  ): Promise<ResponseOf<'getKpiTrend'>> {
    const { siteId, steps } = query;
    const range = { siteId, ...rangeOf(query, this.clock()) };
    return { items: await this.kpis.trend(person.tenantId, range, steps), nextCursor: null };
  }

  @ContractRoute('listSupplierKpis')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async suppliers(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listSupplierKpis'>,
  ): Promise<ResponseOf<'listSupplierKpis'>> {
    const nowMs = this.clock();
    const range = { siteId: query.siteId, ...rangeOf(query, nowMs) };
    return { items: await this.supplierKpis.list(person.tenantId, range, nowMs), nextCursor: null };
  }
}

function rangeOf(
  query: { fromMs?: number | undefined; toMs?: number | undefined },
  nowMs: number,
): { fromMs: number; toMs: number } {
  const toMs = query.toMs ?? nowMs;
  const fromMs = query.fromMs ?? toMs - KPI_DAYS_DEFAULT * DAY_MS;
  if (fromMs < toMs) return { fromMs, toMs };
  const problems = [{ where: 'query.fromMs', what: 'must be before toMs' }];
  throw new HttpProblem('REQUEST_INVALID', 'The time ends before it begins', { problems });
}

function refused({ code, detail, problems }: PolicyRefused): HttpProblem {
  return new HttpProblem(code, detail, problems ? { problems } : {});
}
