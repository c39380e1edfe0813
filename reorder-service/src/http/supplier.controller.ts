import { Controller } from '@nestjs/common';

import type { SupplierPrincipal } from '../auth/principal.ts';
import { UblInbox } from '../documents/ubl-inbox.ts';
import { SupplierInbox, type SupplierMessageResult } from '../suppliers/supplier-inbox.ts';
import { CurrentSupplier } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** What suppliers' systems tell us. */
@Controller()
export class SupplierController {
  constructor(
    private readonly inbox: SupplierInbox,
    private readonly ubl: UblInbox,
  ) {}

  @ContractRoute('receiveOrderResponse')
  async orderResponse(
    @CurrentSupplier() supplier: SupplierPrincipal,
    @Input() { body }: InputOf<'receiveOrderResponse'>,
  ): Promise<ResponseOf<'receiveOrderResponse'>> {
    return answer(await this.inbox.applyOrderResponse(supplier.tenantId, supplier.supplierId, body));
  }

  @ContractRoute('receiveDespatchAdvice')
  async despatchAdvice(
    @CurrentSupplier() supplier: SupplierPrincipal,
    @Input() { body }: InputOf<'receiveDespatchAdvice'>,
  ): Promise<ResponseOf<'receiveDespatchAdvice'>> {
    return answer(await this.inbox.applyDespatchAdvice(supplier.tenantId, supplier.supplierId, body));
  }

  @ContractRoute('receiveUblDocument')
  async ublDocument(
    @CurrentSupplier() supplier: SupplierPrincipal,
    @Input() { body }: InputOf<'receiveUblDocument'>,
  ): Promise<ResponseOf<'receiveUblDocument'>> {
    const result = await this.ubl.apply(supplier.tenantId, supplier.supplierId, body);
    if (!result.ok && result.code === 'DOCUMENT_REFUSED') {
      throw new HttpProblem(result.code, result.detail, { problems: result.problems });
    }
    return answer(result);
  }

  @ContractRoute('receiveChangeAnswer')
  async changeAnswer(
    @CurrentSupplier() supplier: SupplierPrincipal,
    @Input() { body }: InputOf<'receiveChangeAnswer'>,
  ): Promise<ResponseOf<'receiveChangeAnswer'>> {
    return answer(await this.inbox.applyChangeAnswer(supplier.tenantId, supplier.supplierId, body));
  }

  @ContractRoute('receiveCancellation')
  async cancellation(
    @CurrentSupplier() supplier: SupplierPrincipal,
    @Input() { body }: InputOf<'receiveCancellation'>,
  ): Promise<ResponseOf<'receiveCancellation'>> {
    return answer(await this.inbox.applyCancellation(supplier.tenantId, supplier.supplierId, body));
  }
}

function answer(result: SupplierMessageResult): ResponseOf<'receiveOrderResponse'> {
  if (!result.ok) throw new HttpProblem(result.code, result.detail);
  return { orderId: result.orderId, status: result.status };
}
