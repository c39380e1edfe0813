import { Controller } from '@nestjs/common';

import type { UserPrincipal } from '../auth/principal.ts';
import { ApprovalRules } from '../orders/approval-rules.ts';
import { Budgets } from '../orders/budgets.ts';
import { CurrentPerson, Roles } from './access-guard.ts';
import { ContractRoute, Input, type InputOf, type ResponseOf } from './contract-route.ts';
import { HttpProblem } from './problems.ts';

/** Who has to approve what: everybody of the customer may read it, an administrator sets it. */
@Controller()
export class ApprovalRulesController {
  constructor(
    private readonly rules: ApprovalRules,
    private readonly budgets: Budgets,
  ) {}

  @ContractRoute('listApprovalRules')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async list(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'listApprovalRules'>> {
    return { items: await this.rules.list(person.tenantId), nextCursor: null };
  }

  @ContractRoute('putApprovalRule')
  @Roles('admin')
  put(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'putApprovalRule'>,
  ): Promise<ResponseOf<'putApprovalRule'>> {
    return this.rules.put(person.tenantId, { ruleId: params.ruleId, ...body }, person.email);
  }

  @ContractRoute('deleteApprovalRule')
  @Roles('admin')
  async delete(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'deleteApprovalRule'>,
  ): Promise<ResponseOf<'deleteApprovalRule'>> {
    const known = await this.rules.delete(person.tenantId, params.ruleId, person.email);
    if (!known) throw new HttpProblem('NOT_FOUND', 'There is no such rule');
    return { ruleId: params.ruleId };
  }

  @ContractRoute('testApprovalRules')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  test(
    @CurrentPerson() person: UserPrincipal,
    @Input() { body }: InputOf<'testApprovalRules'>,
  ): Promise<ResponseOf<'testApprovalRules'>> {
    return this.rules.test(person.tenantId, body);
  }

  @ContractRoute('listBudgets')
  @Roles('admin', 'buyer', 'operator', 'viewer')
  async listBudgets(@CurrentPerson() person: UserPrincipal): Promise<ResponseOf<'listBudgets'>> {
    return { items: await this.budgets.list(person.tenantId), nextCursor: null };
  }

  @ContractRoute('putBudget')
  @Roles('admin')
  async putBudget(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params, body }: InputOf<'putBudget'>,
  ): Promise<ResponseOf<'putBudget'>> {
    const budget = await this.budgets.put(person.tenantId, { ...params, ...body }, person.email);
    if (!budget) throw new HttpProblem('NOT_FOUND', 'There is no such site, or no item of this class');
    return budget;
  }

  @ContractRoute('deleteBudget')
  @Roles('admin')
  async deleteBudget(
    @CurrentPerson() person: UserPrincipal,
    @Input() { params }: InputOf<'deleteBudget'>,
  ): Promise<ResponseOf<'deleteBudget'>> {
    const known = await this.budgets.delete(person.tenantId, params.budgetId, person.email);
    if (!known) throw new HttpProblem('NOT_FOUND', 'There is no such budget');
    return params;
  }
}
