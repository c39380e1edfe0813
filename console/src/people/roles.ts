import type { Role } from '../api/types';

export const ROLE_LOOKS: Readonly<Record<Role, { label: string; color: string; meaning: string }>> = {
  admin: { label: 'Administrator', color: 'petrol', meaning: 'Everything, and who may do what' },
  buyer: { label: 'Buyer', color: 'blue', meaning: 'Policies, approvals, orders' },
  operator: { label: 'Operator', color: 'teal', meaning: 'Counts, receives, moves goods' },
  viewer: { label: 'Viewer', color: 'gray', meaning: 'Looks, changes nothing' },
  supplier: { label: 'Supplier', color: 'grape', meaning: 'Sees and answers the orders of one supplier' },
};

export const ROLES: readonly Role[] = ['admin', 'buyer', 'operator', 'viewer', 'supplier'];

export function isRole(role: string | null): role is Role {
  return ROLES.some((each) => each === role);
}
