import { Controller } from '@nestjs/common';
import type { Receipt, SupplierReturn } from '@shelfwire/contract/api';

import type { UserPrincipal } from '../auth/principal.ts';
import { ReceiptQueries } from '../receiving/receipt-queries.ts';
import { Receiving, type ReceivingResult } from '../receiving/receiving.ts';
import { SupplierReturns } from '../receiving/supplier-returns.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** Goods that come and goods that go back: what people at the dock do. */
@Controller()
export class ReceivingController {
  constructor(
    private readonly receipts: ReceiptQueries,
    private readonly receiving: Receiving,
    private readonly returns: SupplierReturns,
  ) {}

  @ContractRoute('listReceipts')
  list(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listReceipts'>,
  ): Promise<ResponseOf<'listReceipts'>> {
    return this.receipts.list(person.tenantId, { ...query, supplierId: person.supplierId });
  }

  @ContractRoute('receiveOrder')
  @Roles('admin', 'buyer', 'operator')
  async receive(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'receiveOrder'>,
  ): Promise<Receipt> {
    return receiptOrProblem(await this.receiving.receive(person, params.orderId, body));
  }

  @ContractRoute('scanReceipt')
  @Roles('admin', 'buyer', 'operator')
  async scan(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'scanReceipt'>,
  ): Promise<ResponseOf<'scanReceipt'>> {
    const result = await this.receiving.scan(person.tenantId, body);
    if (!result.ok) throw new HttpProblem('CODE_UNREADABLE', `The code cannot be used: ${result.because}`);
    return result.scanned;
  }

  @ContractRoute('confirmReceipt')
  @Roles('admin', 'buyer', 'operator')
  async confirm(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'confirmReceipt'>,
  ): Promise<Receipt> {
    return receiptOrProblem(await this.receiving.confirm(person, params.receiptId, body));
  }

  @ContractRoute('dismissReceipt')
  @Roles('admin', 'buyer', 'operator')
  async dismiss(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'dismissReceipt'>,
  ): Promise<Receipt> {
    return receiptOrProblem(await this.receiving.dismiss(person, params.receiptId, body.reason));
  }

  @ContractRoute('listSupplierReturns')
  listReturns(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query: { credited, ...query } }: InputOf<'listSupplierReturns'>,
  ): Promise<ResponseOf<'listSupplierReturns'>> {
    return this.returns.list(person.tenantId, {
      ...query,
      credited: credited === undefined ? undefined : credited === 'true',
      supplierId: person.supplierId,
    });
  }

  @ContractRoute('returnOrderGoods')
  @Roles('admin', 'buyer', 'operator')
  async returnGoods(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'returnOrderGoods'>,
  ): Promise<SupplierReturn> {
    const result = await this.returns.returnGoods(person, params.orderId, body);
    if (!result.ok) throw new HttpProblem(result.code, result.detail);
    return result.returned;
  }

  @ContractRoute('creditReturn')
  @Roles('admin', 'buyer')
  async credit(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'creditReturn'>,
  ): Promise<SupplierReturn> {
    const result = await this.returns.credit(person, params.returnId, body);
    if (!result.ok) throw new HttpProblem(result.code, result.detail);
    return result.returned;
  }
}

function receiptOrProblem(result: ReceivingResult): Receipt {
  if (!result.ok) throw new HttpProblem(result.code, result.detail);
  return result.receipt;
}
