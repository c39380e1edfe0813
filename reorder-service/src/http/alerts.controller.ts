import { Controller } from '@nestjs/common';

import { AlertNews } from '../alerts/alert-news.ts';
import { Alerts } from '../alerts/alerts.ts';
import type { UserPrincipal } from '../auth/principal.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

@Controller()
export class AlertsController {
  constructor(
    private readonly alerts: Alerts,
    private readonly news: AlertNews,
  ) {}

  @ContractRoute('listAlerts')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  list(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query: { open, ...query } }: InputOf<'listAlerts'>,
  ): Promise<ResponseOf<'listAlerts'>> {
    return this.alerts.list(person.tenantId, { ...query, open: open === 'true' });
  }

  @ContractRoute('acknowledgeAlert')
  @Roles('admin', 'buyer', 'operator')
  async acknowledge(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'acknowledgeAlert'>,
  ): Promise<ResponseOf<'acknowledgeAlert'>> {
    const alert = await this.alerts.acknowledge(person.tenantId, params.alertId, person.email);
    if (!alert) throw new HttpProblem('NOT_FOUND', 'There is no such alert');
    this.news.wake();
    return alert;
  }

  @ContractRoute('getAlertChannels')
  @Roles('admin')
  async channels(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'getAlertChannels'>> {
    return { channels: await this.alerts.channels(person.tenantId) };
  }

  @ContractRoute('putAlertChannels')
  @Roles('admin')
  async putChannels(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'putAlertChannels'>,
  ): Promise<ResponseOf<'putAlertChannels'>> {
    const problems = this.alerts.refusalsOf(body.channels);
    if (problems.length > 0) throw new HttpProblem('REQUEST_INVALID', 'Alerts cannot be sent there', { problems });
    return { channels: await this.alerts.putChannels(person.tenantId, body.channels, person.email) };
  }

  @ContractRoute('testAlertChannels')
  @Roles('admin')
  async test(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'testAlertChannels'>> {
    return { results: await this.alerts.test(person.tenantId, person.email) };
  }
}
