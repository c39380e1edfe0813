import { Controller } from '@nestjs/common';
import { ALERT_CHANNELS_MAX, type AlertChannel } from '@shelfwire/contract/api';

import { AlertChannels } from '../alerts/alert-channels.ts';
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
    private readonly channels: AlertChannels,
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
  async channelList(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'getAlertChannels'>> {
    return { channels: await this.channels.list(person.tenantId) };
  }

  @ContractRoute('putAlertChannels')
  @Roles('admin')
  async putChannels(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'putAlertChannels'>,
  ): Promise<ResponseOf<'putAlertChannels'>> {
    this.#refuse(body.channels, (index) => `body.channels.${index}.target`);
    return { channels: await this.channels.putAll(person.tenantId, body.channels, person.email) };
  }

  @ContractRoute('putAlertChannel')
  @Roles('admin')
  async putChannel(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'putAlertChannel'>,
  ): Promise<ResponseOf<'putAlertChannel'>> {
    const channel = { channelId: params.channelId, ...body };
    this.#refuse([channel], () => 'body.target');
    const put = await this.channels.put(person.tenantId, channel, person.email);
    if (!put) throw new HttpProblem('REQUEST_INVALID', `There are ${ALERT_CHANNELS_MAX} channels, and no more may be`);
    return put;
  }

  @ContractRoute('deleteAlertChannel')
  @Roles('admin')
  async deleteChannel(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'deleteAlertChannel'>,
  ): Promise<ResponseOf<'deleteAlertChannel'>> {
    const known = await this.channels.remove(person.tenantId, params.channelId, person.email);
    if (!known) throw new HttpProblem('NOT_FOUND', 'There is no such channel');
    return params;
  }

  @ContractRoute('testAlertChannels')
  @Roles('admin')
  async test(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'testAlertChannels'>,
  ): Promise<ResponseOf<'testAlertChannels'>> {
    const results = await this.channels.test(person.tenantId, person.email, query.channelId);
    if (query.channelId !== undefined && results.length === 0) {
      throw new HttpProblem('NOT_FOUND', 'There is no such channel');
    }
    return { results };
  }

  #refuse(channels: readonly AlertChannel[], whereOf: (index: number) => string): void {
    const problems = channels.flatMap((channel, index) => {
      const what = this.channels.refusalOf(channel);
      return what === undefined ? [] : [{ where: whereOf(index), what }];
    });
    if (problems.length > 0) throw new HttpProblem('REQUEST_INVALID', 'Alerts cannot be sent there', { problems });
  }
}
