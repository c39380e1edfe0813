import { Controller } from '@nestjs/common';

import { AuditTrail } from '../audit/audit-trail.ts';
import { People } from '../auth/people.ts';
import type { UserPrincipal } from '../auth/principal.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** Who may sign in, and what people did: for administrators. */
@Controller()
export class PeopleController {
  constructor(
    private readonly people: People,
    private readonly trail: AuditTrail,
  ) {}

  @ContractRoute('listPeople')
  @Roles('admin')
  async list(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'listPeople'>> {
    return { items: await this.people.list(person.tenantId), nextCursor: null };
  }

  @ContractRoute('invitePerson')
  @Roles('admin')
  async invite(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'invitePerson'>,
  ): Promise<ResponseOf<'invitePerson'>> {
    return unwrap(await this.people.invite(person, body));
  }

  @ContractRoute('changePerson')
  @Roles('admin')
  async change(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'changePerson'>,
  ): Promise<ResponseOf<'changePerson'>> {
    return unwrap(await this.people.change(person, params.userId, body)).person;
  }

  @ContractRoute('resetPassword')
  @Roles('admin')
  async reset(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'resetPassword'>,
  ): Promise<ResponseOf<'resetPassword'>> {
    return unwrap(await this.people.resetPassword(person, params.userId));
  }

  @ContractRoute('listAudit')
  @Roles('admin')
  audit(
    @CurrentPerson() person: UserPrincipal,
    @Input() { query }: InputOf<'listAudit'>,
  ): Promise<ResponseOf<'listAudit'>> {
    return this.trail.list(person.tenantId, query);
  }
}

type Refusal = { ok: false; code: 'NOT_FOUND' | 'EMAIL_TAKEN' | 'PERSON_CHANGE_REFUSED'; detail: string };

function unwrap<Good extends { ok: true }>(result: Good | Refusal): Omit<Good, 'ok'> {
  if (!result.ok) throw new HttpProblem(result.code, result.detail);
  const { ok: _ok, ...rest } = result;
  return rest;
}
