import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { brokerUsername } from '../gateways/broker-login.ts';
import { GatewayStore } from '../gateways/gateway-store.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** Who may sign in at the central broker. */
@Controller()
export class GatewaysController {
  constructor(private readonly gateways: GatewayStore) {}

  @ContractRoute('listGateways')
  @Roles('admin')
  async list(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'listGateways'>> {
    const gateways = await this.gateways.list(person.tenantId);
    const items = gateways.map(({ tenantId, siteId, gatewayId, passwordSetAtMs }) => ({
      siteId,
      gatewayId,
      username: brokerUsername({ tenantId, siteId, gatewayId }),
      passwordSetAtMs,
    }));
    return { items, nextCursor: null };
  }

  @ContractRoute('issueGatewayLogin')
  @Roles('admin')
  async issue(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'issueGatewayLogin'>,
  ): Promise<ResponseOf<'issueGatewayLogin'>> {
    const login = await this.gateways.issueLogin({ tenantId: person.tenantId, ...params }, Date.now());
    if (!login) throw new HttpProblem('NOT_FOUND', `There is no site ${params.siteId}`);
    return login;
  }

  @ContractRoute('removeGateway')
  @Roles('admin')
  async remove(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'removeGateway'>,
  ): Promise<ResponseOf<'removeGateway'>> {
    if (!(await this.gateways.remove({ tenantId: person.tenantId, ...params }))) {
      throw new HttpProblem('NOT_FOUND', `There is no gateway ${params.gatewayId} at ${params.siteId}`);
    }
    return params;
  }
}
