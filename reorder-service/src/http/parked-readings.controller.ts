import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { ParkedGroups } from '../stock-keeping/parked-groups.ts';
import { SensorAssignment } from '../stock-keeping/sensor-assignment.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** Devices whose readings nobody expected, and what becomes of them. */
@Controller()
export class ParkedReadingsController {
  constructor(
    private readonly groups: ParkedGroups,
    private readonly sensors: SensorAssignment,
  ) {}

  @ContractRoute('listParkedGroups')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async list(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listParkedGroups'>,
  ): Promise<ResponseOf<'listParkedGroups'>> {
    return { items: await this.groups.list(person.tenantId, query), nextCursor: null };
  }

  @ContractRoute('settleParkedGroup')
  @Roles('admin', 'operator')
  async settle(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body: { action, ...group } }: InputOf<'settleParkedGroup'>,
  ): Promise<ResponseOf<'settleParkedGroup'>> {
    if (action === 'replay') return this.groups.replay(person.tenantId, group);
    return { settled: await this.groups.discard(person.tenantId, group), remaining: 0, detail: '' };
  }

  @ContractRoute('assignSensor')
  @Roles('admin', 'operator')
  async assign(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'assignSensor'>,
  ): Promise<ResponseOf<'assignSensor'>> {
    const result = await this.sensors.assign(person, params, body);
    if (!result.ok) throw new HttpProblem(result.code, result.detail);
    return { ...params, deviceId: body.deviceId };
  }
}
