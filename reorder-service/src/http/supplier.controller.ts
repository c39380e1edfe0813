import { Controller, Inject } from '@nestjs/common';
import type { DespatchAdviceMessage, OrderResponseMessage } from '@shelfwire/contract';

import type { SupplierPrincipal } from '../auth/principal.ts';
import type { SupplierMessageResult } from '../suppliers/supplier-inbox.ts';
import { CurrentSupplier } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** What takes suppliers' messages in; bound to this token by whoever builds the app. */
export const SUPPLIER_INBOX = Symbol('SUPPLIER_INBOX');
export interface SupplierMessages {
  receiveOrderResponse(supplier: SupplierPrincipal, message: OrderResponseMessage): Promise<SupplierMessageResult>;
  receiveDespatchAdvice(supplier: SupplierPrincipal, message: DespatchAdviceMessage): Promise<SupplierMessageResult>;
}

/** What suppliers' systems tell us. */
@Controller()
export class SupplierController {
  constructor(@Inject(SUPPLIER_INBOX) private readonly inbox: SupplierMessages) {}

  @ContractRoute('receiveOrderResponse')
  async orderResponse(
    @CurrentSupplier() supplier: SupplierPrincipal,
    @Input() { body }: InputOf<'receiveOrderResponse'>,
  ): Promise<ResponseOf<'receiveOrderResponse'>> {
    return answer(await this.inbox.receiveOrderResponse(supplier, body));
  }

  @ContractRoute('receiveDespatchAdvice')
  async despatchAdvice(
    @CurrentSupplier() supplier: SupplierPrincipal,
    @Input() { body }: InputOf<'receiveDespatchAdvice'>,
  ): Promise<ResponseOf<'receiveDespatchAdvice'>> {
    return answer(await this.inbox.receiveDespatchAdvice(supplier, body));
  }
}

function answer(result: SupplierMessageResult): ResponseOf<'receiveOrderResponse'> {
  if (!result.ok) throw new HttpProblem(result.code, result.detail);
  return { orderId: result.orderId, status: result.status };
}
