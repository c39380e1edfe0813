export const POLICY_FILTERS = ['shadow', 'snoozed', 'none'] as const;

export interface PoliciesSearch {
  q?: string;
  only?: (typeof POLICY_FILTERS)[number];
}
