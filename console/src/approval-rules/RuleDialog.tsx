import { SegmentedControl, Select, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { ApprovalRule } from '../api/types';
import { MoneyInput } from './MoneyInput';
import { namesQuery, ruleMutation } from './queries';
import { APPROVER_ROLES, isApproverRole } from './roles';
import { SettingDialog } from './SettingDialog';

const NEW_RULE: ApprovalRule = { ruleId: '', minAmountCents: 0, itemClass: null, requiredRole: 'buyer', approvals: 1 };

/** Creates, changes or removes one rule. */
export function RuleDialog({ rule, onClose }: { rule: ApprovalRule | null; onClose: () => void }) {
  const [draft, setDraft] = useState(rule ?? NEW_RULE);
  const names = useQuery(namesQuery());
  const change = useMutation(ruleMutation(useQueryClient()));
  return (
    <SettingDialog
      title={rule ? `Rule ${rule.ruleId}` : 'New rule'}
      {...(rule
        ? { onRemove: () => change.mutate({ kind: 'delete', id: rule.ruleId }, { onSuccess: onClose }) }
        : {
            name: { value: draft.ruleId, example: 'dear-orders', onChange: (ruleId) => setDraft({ ...draft, ruleId }) },
          })}
      busy={change.isPending}
      error={change.error}
      onSave={() =>
        change.mutate({ kind: 'put', thing: { ...draft, ruleId: draft.ruleId.trim() } }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <MoneyInput
        label="From this amount on"
        description="An order without a known price meets every amount. Splitting an order does not evade it."
        cents={draft.minAmountCents}
        onChange={(minAmountCents) => setDraft({ ...draft, minAmountCents })}
      />
      <Select
        label="Only items of class"
        clearable
        placeholder="any"
        value={draft.itemClass}
        onChange={(itemClass) => setDraft({ ...draft, itemClass })}
        data={names.data?.itemClasses ?? []}
      />
      <Select
        label="The lowest role that may approve"
        allowDeselect={false}
        value={draft.requiredRole}
        onChange={(role) => {
          if (isApproverRole(role)) setDraft({ ...draft, requiredRole: role });
        }}
        data={[...APPROVER_ROLES]}
      />
      <div>
        <Text size="sm" fw={500} mb={4}>
          How many
        </Text>
        <SegmentedControl
          fullWidth
          aria-label="How many people must approve"
          value={String(draft.approvals)}
          onChange={(next) => setDraft({ ...draft, approvals: Number(next) })}
          data={[
            { value: '1', label: 'One person' },
            { value: '2', label: 'Two different people' },
          ]}
        />
      </div>
    </SettingDialog>
  );
}
