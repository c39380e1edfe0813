import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { OrderQueries } from '../orders/order-queries.ts';
import { CurrentPerson } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

@Controller()
export class OrdersController {
  constructor(private readonly orders: OrderQueries) {}

  @ContractRoute('listOrders')
  list(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query: { open, ...query } }: InputOf<'listOrders'>,
  ): Promise<ResponseOf<'listOrders'>> {
    return this.orders.list(person.tenantId, {
      ...query,
      open: open === undefined ? undefined : open === 'true',
      supplierId: person.supplierId,
    });
  }

  @ContractRoute('getOrder')
  async get(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'getOrder'>,
  ): Promise<ResponseOf<'getOrder'>> {
    const order = await this.orders.get(person.tenantId, params.orderId, { supplierId: person.supplierId });
    if (!order) throw new HttpProblem('NOT_FOUND', 'There is no such order');
    return order;
  }
}
