import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { brokerUsername } from '../gateways/broker-login.ts';
import { GatewayStore, type KnownGateway } from '../gateways/gateway-store.ts';
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
    return { items: gateways.map(toAnswer), nextCursor: null };
  }

  @ContractRoute('issueGatewayLogin')
  @Roles('admin')
  async issue(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'issueGatewayLogin'>,
  ): Promise<ResponseOf<'issueGatewayLogin'>> {
    const login = await this.gateways.issueLogin({ tenantId: person.tenantId, ...params }, Date.now(), person.email);
    if (!login) throw new HttpProblem('NOT_FOUND', `There is no site ${params.siteId}`);
    return login;
  }

  @ContractRoute('removeGateway')
  @Roles('admin')
  async remove(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'removeGateway'>,
  ): Promise<ResponseOf<'removeGateway'>> {
    if (!(await this.gateways.remove({ tenantId: person.tenantId, ...params }, Date.now(), person.email))) {
      throw new HttpProblem('NOT_FOUND', `There is no gateway ${params.gatewayId} at ${params.siteId}`);
    }
    return params;
  }
}

function toAnswer(gateway: KnownGateway): ResponseOf<'listGateways'>['items'][number] {
  const { siteId, gatewayId, passwordSetAtMs, known, said } = gateway;
  const status = said && {
    online: said.online,
    lastSeenAtMs: said.lastSeenAtMs,
    version: said.status.version ?? null,
    startedAtMs: said.status.startedAtMs ?? null,
    appliedConfigVersion: said.status.appliedConfigVersion ?? null,
    appliedConfigSource: said.status.appliedConfigSource ?? null,
    appliedConfigAtMs: said.status.appliedConfigAtMs ?? null,
    queuedReadings: said.status.queuedReadings ?? null,
    oldestQueuedAtMs: said.status.oldestQueuedAtMs ?? null,
    counters: said.status.counters ?? null,
  };
  return { siteId, gatewayId, username: brokerUsername(gateway), passwordSetAtMs, known, status };
}
