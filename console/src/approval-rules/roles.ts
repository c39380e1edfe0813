import type { ApprovalRule } from '../api/types';

type ApproverRole = ApprovalRule['requiredRole'];

export const APPROVER_ROLES: readonly ApproverRole[] = ['operator', 'buyer', 'admin'];

export function isApproverRole(role: string | null): role is ApproverRole {
  return APPROVER_ROLES.some((each) => each === role);
}
