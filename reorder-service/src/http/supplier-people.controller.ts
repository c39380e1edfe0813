import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { SupplierInbox, type SupplierMessageResult } from '../suppliers/supplier-inbox.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** What people of a supplier say about its orders, where its system does not. Other orders do not exist for them. */
@Controller()
export class SupplierPeopleController {
  constructor(private readonly inbox: SupplierInbox) {}

  @ContractRoute('acknowledgeOrder')
  @Roles('supplier')
  async acknowledge(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'acknowledgeOrder'>,
  ): Promise<ResponseOf<'acknowledgeOrder'>> {
    const { tenantId, supplierId, email } = supplierOf(person);
    const message = { schema: 'order-response/1' as const, ...params, atMs: Date.now(), ...body };
    return answer(await this.inbox.applyOrderResponse(tenantId, supplierId, message, email));
  }

  @ContractRoute('announceShipment')
  @Roles('supplier')
  async announce(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'announceShipment'>,
  ): Promise<ResponseOf<'announceShipment'>> {
    const { tenantId, supplierId, email } = supplierOf(person);
    const message = { schema: 'despatch-advice/1' as const, ...params, atMs: Date.now(), ...body };
    return answer(await this.inbox.applyDespatchAdvice(tenantId, supplierId, message, email));
  }

  @ContractRoute('answerCancellation')
  @Roles('supplier')
  async cancellation(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'answerCancellation'>,
  ): Promise<ResponseOf<'answerCancellation'>> {
    const { tenantId, supplierId, email } = supplierOf(person);
    const message = { schema: 'order-cancellation-answer/1' as const, ...params, atMs: Date.now(), ...body };
    return answer(await this.inbox.applyCancellation(tenantId, supplierId, message, email));
  }

  @ContractRoute('answerUrging')
  @Roles('supplier')
  async urging(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'answerUrging'>,
  ): Promise<ResponseOf<'answerUrging'>> {
    const { tenantId, supplierId, email } = supplierOf(person);
    const message = { schema: 'order-change-answer/1' as const, ...params, atMs: Date.now(), ...body };
    return answer(await this.inbox.applyChangeAnswer(tenantId, supplierId, message, email));
  }
}

function supplierOf({ tenantId, supplierId, email }: UserPrincipal): {
  tenantId: string;
  supplierId: string;
  email: string;
} {
  if (supplierId === undefined) throw new Error('the access guard lets only people of a supplier in here');
  return { tenantId, supplierId, email };
}

function answer(result: SupplierMessageResult): ResponseOf<'acknowledgeOrder'> {
  if (result.ok) return { orderId: result.orderId, status: result.status };
  if (result.code === 'ORDER_NOT_FOUND') throw new HttpProblem('NOT_FOUND', 'There is no such order');
  throw new HttpProblem(result.code, result.detail);
}
