import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { BinQueries } from '../overview/bin-queries.ts';
import { StockLedger } from '../stock/stock-ledger.ts';
import { StockQueries } from '../stock/stock-queries.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

@Controller()
export class StockController {
  constructor(
    private readonly stock: StockQueries,
    private readonly bins: BinQueries,
    private readonly ledger: StockLedger,
  ) {}

  @ContractRoute('listStock')
  list(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listStock'>,
  ): Promise<ResponseOf<'listStock'>> {
    return this.stock.list(person.tenantId, { ...query, supplierId: person.supplierId });
  }

  @ContractRoute('getBin')
  async get(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'getBin'>,
  ): Promise<ResponseOf<'getBin'>> {
    const bin = await this.bins.get(person.tenantId, params, { supplierId: person.supplierId });
    if (!bin) throw new HttpProblem('NOT_FOUND', 'There is no such bin');
    return bin;
  }

  @ContractRoute('countBin')
  @Roles('admin', 'buyer', 'operator')
  async count(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'countBin'>,
  ): Promise<ResponseOf<'countBin'>> {
    const { siteId, binId } = params;
    const counted = { binId, quantity: body.quantity, by: person.email };
    const known = await this.ledger.count({ tenantId: person.tenantId, siteId }, counted);
    if (!known) throw new HttpProblem('NOT_FOUND', 'There is no such bin');
    return { binId, onHand: body.quantity };
  }

  @ContractRoute('listMovements')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  movements(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, query }: InputOf<'listMovements'>,
  ): Promise<ResponseOf<'listMovements'>> {
    return this.stock.movements(person.tenantId, params.binId, query);
  }
}
