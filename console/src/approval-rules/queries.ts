import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import type { ApprovalRule, Budget } from '../api/types';

export function approvalRulesQuery() {
  return queryOptions({
    queryKey: ['approval-rules'] as const,
    queryFn: async ({ signal }): Promise<ApprovalRule[]> =>
      (await unwrap(api.GET('/api/v1/approval-rules', { signal }))).items,
  });
}

export function budgetsQuery() {
  return queryOptions({
    queryKey: ['budgets'] as const,
    queryFn: async ({ signal }): Promise<Budget[]> => (await unwrap(api.GET('/api/v1/budgets', { signal }))).items,
  });
}

/** Sites, suppliers and classes, for forms. */
export function namesQuery() {
  return queryOptions({
    queryKey: ['names'] as const,
    queryFn: async ({ signal }) => {
      const [names, sites] = await Promise.all([
        unwrap(api.GET('/api/v1/names', { signal })),
        unwrap(api.GET('/api/v1/sites', { signal })),
      ]);
      return { ...names, sites: sites.items };
    },
    staleTime: 60_000,
  });
}

export type TriedOrder = {
  amountCents: number | null;
  itemClass: string | null;
  siteId: string | null;
  role: ApprovalRule['requiredRole'];
};

export function tryOrderQuery(order: TriedOrder) {
  return queryOptions({
    queryKey: ['approval-rules', 'test', order] as const,
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/approval-rules/test', { body: order, signal })),
    staleTime: 0,
  });
}

type Change<Thing> = { kind: 'put'; thing: Thing } | { kind: 'delete'; id: string };

export function ruleMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: async (change: Change<ApprovalRule>): Promise<void> => {
      if (change.kind === 'delete') {
        await unwrap(api.DELETE('/api/v1/approval-rules/{ruleId}', { params: { path: { ruleId: change.id } } }));
        return;
      }
      const { ruleId, ...body } = change.thing;
      await unwrap(api.PUT('/api/v1/approval-rules/{ruleId}', { params: { path: { ruleId } }, body }));
    },
    onSuccess: () => reread(queryClient),
  });
}

export type BudgetToPut = Omit<Budget, 'spentCents'>;

export function budgetMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: async (change: Change<BudgetToPut>): Promise<void> => {
      if (change.kind === 'delete') {
        await unwrap(api.DELETE('/api/v1/budgets/{budgetId}', { params: { path: { budgetId: change.id } } }));
        return;
      }
      const { budgetId, ...body } = change.thing;
      await unwrap(api.PUT('/api/v1/budgets/{budgetId}', { params: { path: { budgetId } }, body }));
    },
    onSuccess: () => reread(queryClient),
  });
}

function reread(queryClient: QueryClient): Promise<unknown> {
  return Promise.all(
    [['approval-rules'], ['budgets'], ['orders'], ['order']].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}
