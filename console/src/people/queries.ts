import {
  infiniteQueryOptions,
  keepPreviousData,
  mutationOptions,
  queryOptions,
  type QueryClient,
} from '@tanstack/react-query';

import { api, unwrap } from '../api/client';
import { PAGING, type Page } from '../api/paging';
import type { AuditEntry, Person, Role } from '../api/types';

const PAGE_ITEMS = 50;

export function peopleQuery() {
  return queryOptions({
    queryKey: ['people'] as const,
    queryFn: async ({ signal }): Promise<Person[]> => (await unwrap(api.GET('/api/v1/users', { signal }))).items,
  });
}

export interface Invitation {
  email: string;
  displayName: string;
  role: Role;
  supplierId: string | null;
}

export function inviteMutation(queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (body: Invitation) => unwrap(api.POST('/api/v1/users', { body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['people'] }),
  });
}

export interface PersonChange {
  displayName?: string;
  role?: Role;
  supplierId?: string | null;
  disabled?: boolean;
}

export function changePersonMutation(userId: string, queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: (body: PersonChange) =>
      unwrap(api.PATCH('/api/v1/users/{userId}', { params: { path: { userId } }, body })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['people'] }),
  });
}

export function resetPasswordMutation(userId: string, queryClient: QueryClient) {
  return mutationOptions({
    mutationFn: () => unwrap(api.POST('/api/v1/users/{userId}/password-reset', { params: { path: { userId } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['people'] }),
  });
}

export interface AuditFilter {
  kind: 'changes' | 'sign-ins' | 'orders' | undefined;
  actor: string;
}

export function auditQuery({ kind, actor }: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', { kind, actor }] as const,
    queryFn: ({ pageParam, signal }): Promise<Page<AuditEntry>> => {
      const query = {
        limit: PAGE_ITEMS,
        ...(pageParam ? { cursor: pageParam } : {}),
        ...(kind ? { kind } : {}),
        ...(actor ? { actor } : {}),
      };
      return unwrap(api.GET('/api/v1/audit', { params: { query }, signal }));
    },
    ...PAGING,
    placeholderData: keepPreviousData,
  });
}
