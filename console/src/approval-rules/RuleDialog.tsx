import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import type { ApprovalRule } from '../api/types';
import { namesQuery, ruleMutation } from './queries';
import { APPROVER_ROLES, isApproverRole } from './roles';

const NEW_RULE: ApprovalRule = { ruleId: '', minAmountCents: 0, itemClass: null, requiredRole: 'buyer', approvals: 1 };

/** Creates, changes or removes one rule. */
export function RuleDialog({ rule, onClose }: { rule: ApprovalRule | null; onClose: () => void }) {
  const [draft, setDraft] = useState(rule ?? NEW_RULE);
  const names = useQuery(namesQuery());
  const change = useMutation(ruleMutation(useQueryClient()));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ kind: 'put', thing: { ...draft, ruleId: draft.ruleId.trim() } }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={rule ? `Rule ${rule.ruleId}` : 'New rule'} centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          {change.error ? (
            <Alert color="red" variant="light" role="alert">
              {describeFailure(change.error)}
            </Alert>
          ) : null}
          {rule ? null : (
            <TextInput
              label="Name"
              description="Short, without spaces: dear-orders"
              required
              pattern="[A-Za-z0-9._:\-]+"
              maxLength={64}
              value={draft.ruleId}
              onChange={(event) => setDraft({ ...draft, ruleId: event.currentTarget.value })}
              data-autofocus
            />
          )}
          <NumberInput
            label="From this amount on"
            description="An order without a known price meets every amount. Splitting an order does not evade it."
            min={0}
            decimalScale={2}
            thousandSeparator=" "
            inputMode="decimal"
            value={draft.minAmountCents / 100}
            onChange={(next) =>
              setDraft({ ...draft, minAmountCents: typeof next === 'number' ? Math.round(next * 100) : 0 })
            }
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
          <Group justify="space-between" gap="sm">
            {rule ? (
              <Button
                variant="subtle"
                color="red"
                loading={change.isPending}
                onClick={() => change.mutate({ kind: 'delete', id: rule.ruleId }, { onSuccess: onClose })}
              >
                Remove
              </Button>
            ) : (
              <span />
            )}
            <Group gap="sm">
              <Button variant="default" onClick={onClose}>
                Back
              </Button>
              <Button type="submit" loading={change.isPending}>
                Save
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
