import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { OrderActions, type ActionResult } from '../operator/order-actions.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** What a buyer decides about orders. */
@Controller()
export class OrderActionsController {
  constructor(private readonly actions: OrderActions) {}

  // Which of them may, say the approval rules.
  @ContractRoute('approveOrder')
  @Roles('admin', 'buyer', 'operator')
  async approve(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'approveOrder'>,
  ): Promise<ResponseOf<'approveOrder'>> {
    return answer(await this.actions.approve(person, params.orderId));
  }

  @ContractRoute('retryOrder')
  @Roles('admin', 'buyer')
  async retry(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'retryOrder'>,
  ): Promise<ResponseOf<'retryOrder'>> {
    return answer(await this.actions.retry(person, params.orderId));
  }

  @ContractRoute('declineOrder')
  @Roles('admin', 'buyer')
  async decline(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'declineOrder'>,
  ): Promise<ResponseOf<'declineOrder'>> {
    return answer(await this.actions.decline(person, params.orderId, body));
  }

  @ContractRoute('cancelOrder')
  @Roles('admin', 'buyer')
  async cancel(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'cancelOrder'>,
  ): Promise<ResponseOf<'cancelOrder'>> {
    return answer(await this.actions.cancel(person, params.orderId, body));
  }

  @ContractRoute('editOrder')
  @Roles('admin', 'buyer')
  async edit(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'editOrder'>,
  ): Promise<ResponseOf<'editOrder'>> {
    return answer(await this.actions.edit(person, params.orderId, body));
  }

  @ContractRoute('urgeOrder')
  @Roles('admin', 'buyer', 'operator')
  async urge(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'urgeOrder'>,
  ): Promise<ResponseOf<'urgeOrder'>> {
    return answer(await this.actions.urge(person, params.orderId, body));
  }

  @ContractRoute('closeOrder')
  @Roles('admin', 'buyer')
  async close(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'closeOrder'>,
  ): Promise<ResponseOf<'closeOrder'>> {
    return answer(await this.actions.close(person, params.orderId, body));
  }

  @ContractRoute('acceptOrderChange')
  @Roles('admin', 'buyer')
  async acceptChange(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'acceptOrderChange'>,
  ): Promise<ResponseOf<'acceptOrderChange'>> {
    return answer(await this.actions.acceptChange(person, params.orderId));
  }
}

function answer(result: ActionResult): ResponseOf<'approveOrder'> {
  if (!result.ok) throw new HttpProblem(result.code, result.detail);
  const { orderId, status, cancellationRequestedAtMs } = result;
  return { orderId, status, cancellationRequestedAtMs };
}
