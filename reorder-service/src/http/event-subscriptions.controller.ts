import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { EventDeliveries } from '../webhooks/event-deliveries.ts';
import { EventSubscriptions } from '../webhooks/event-subscriptions.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** Which systems of the customer are told what happens. */
@Controller()
export class EventSubscriptionsController {
  constructor(
    private readonly subscriptions: EventSubscriptions,
    private readonly deliveries: EventDeliveries,
  ) {}

  @ContractRoute('listEventSubscriptions')
  @Roles('admin')
  async list(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'listEventSubscriptions'>> {
    return { items: await this.subscriptions.list(person.tenantId), nextCursor: null };
  }

  @ContractRoute('putEventSubscription')
  @Roles('admin')
  async put(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'putEventSubscription'>,
  ): Promise<ResponseOf<'putEventSubscription'>> {
    const result = await this.subscriptions.put(person.tenantId, params.subscriptionId, body, person.email);
    if (!result.ok) {
      const problems = [{ where: result.where, what: result.detail }];
      throw new HttpProblem('REQUEST_INVALID', 'Events cannot be sent there', { problems });
    }
    return { ...result.subscription, secret: result.secret };
  }

  @ContractRoute('deleteEventSubscription')
  @Roles('admin')
  async delete(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'deleteEventSubscription'>,
  ): Promise<ResponseOf<'deleteEventSubscription'>> {
    if (!(await this.subscriptions.delete(person.tenantId, params.subscriptionId, person.email))) throw unknown();
    return params;
  }

  @ContractRoute('rotateEventSecret')
  @Roles('admin')
  async rotate(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'rotateEventSecret'>,
  ): Promise<ResponseOf<'rotateEventSecret'>> {
    const secret = await this.subscriptions.rotateSecret(person.tenantId, params.subscriptionId, person.email);
    return { secret: secret ?? refuse() };
  }

  @ContractRoute('testEventSubscription')
  @Roles('admin')
  async test(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'testEventSubscription'>,
  ): Promise<ResponseOf<'testEventSubscription'>> {
    return (await this.subscriptions.test(person.tenantId, params.subscriptionId, person.email)) ?? refuse();
  }

  @ContractRoute('listEventDeliveries')
  @Roles('admin')
  async listDeliveries(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, query }: InputOf<'listEventDeliveries'>,
  ): Promise<ResponseOf<'listEventDeliveries'>> {
    return (await this.deliveries.list(person.tenantId, params.subscriptionId, query)) ?? refuse();
  }

  @ContractRoute('replayEvents')
  @Roles('admin')
  async replay(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'replayEvents'>,
  ): Promise<ResponseOf<'replayEvents'>> {
    const { tenantId, email } = person;
    const replayed = await this.deliveries.replay(tenantId, params.subscriptionId, body.eventIds, email);
    return { replayed: replayed ?? refuse() };
  }
}

function unknown(): HttpProblem {
  return new HttpProblem('NOT_FOUND', 'There is no such subscription');
}

function refuse(): never {
  throw unknown();
}
