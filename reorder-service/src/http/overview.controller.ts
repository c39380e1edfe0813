import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { CountingTaskQueries } from '../overview/counting-task-queries.ts';
import { SiteQueries } from '../overview/site-queries.ts';
import { NameQueries } from '../overview/name-queries.ts';
import { SummaryQueries } from '../overview/summary-queries.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';

@Controller()
export class OverviewController {
  constructor(
    private readonly summaries: SummaryQueries,
    private readonly tasks: CountingTaskQueries,
    private readonly names: NameQueries,
    private readonly sites: SiteQueries,
  ) {}

  @ContractRoute('listSites')
  async listSites(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'listSites'>> {
    return { items: await this.sites.list(person.tenantId), nextCursor: null };
  }

  @ContractRoute('getSummary')
  summary(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'getSummary'>,
  ): Promise<ResponseOf<'getSummary'>> {
    return this.summaries.summary(person.tenantId, { ...query, supplierId: person.supplierId }, Date.now());
  }

  @ContractRoute('getNames')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  getNames(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'getNames'>> {
    return this.names.names(person.tenantId);
  }

  @ContractRoute('listCountingTasks')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  countingTasks(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listCountingTasks'>,
  ): Promise<ResponseOf<'listCountingTasks'>> {
    return this.tasks.list(person.tenantId, query);
  }
}
