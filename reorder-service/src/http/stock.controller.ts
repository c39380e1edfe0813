import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { StockQueries } from '../stock/stock-queries.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';

@Controller()
export class StockController {
  constructor(private readonly stock: StockQueries) {}

  @ContractRoute('listStock')
  list(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listStock'>,
  ): Promise<ResponseOf<'listStock'>> {
    return this.stock.list(person.tenantId, { ...query, supplierId: person.supplierId });
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
