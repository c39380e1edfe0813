import { Alert, Button, Group, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import type { Budget } from '../api/types';
import { budgetMutation, namesQuery, type BudgetToPut } from './queries';

const NEW_BUDGET: BudgetToPut = { budgetId: '', siteId: null, itemClass: null, monthlyCents: 0 };

/** Creates, changes or removes one budget. */
export function BudgetDialog({ budget, onClose }: { budget: Budget | null; onClose: () => void }) {
  const [draft, setDraft] = useState<BudgetToPut>(() => (budget ? withoutSpent(budget) : NEW_BUDGET));
  const names = useQuery(namesQuery());
  const change = useMutation(budgetMutation(useQueryClient()));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ kind: 'put', thing: { ...draft, budgetId: draft.budgetId.trim() } }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={budget ? `Budget ${budget.budgetId}` : 'New budget'} centered>
      <form onSubmit={submit}>
        <Stack gap="md">
          {change.error ? (
            <Alert color="red" variant="light" role="alert">
              {describeFailure(change.error)}
            </Alert>
          ) : null}
          {budget ? null : (
            <TextInput
              label="Name"
              description="Short, without spaces: plant-1-month"
              required
              pattern="[A-Za-z0-9._:\-]+"
              maxLength={64}
              value={draft.budgetId}
              onChange={(event) => setDraft({ ...draft, budgetId: event.currentTarget.value })}
              data-autofocus
            />
          )}
          <NumberInput
            label="A month"
            required
            min={0}
            decimalScale={2}
            thousandSeparator=" "
            inputMode="decimal"
            value={draft.monthlyCents / 100}
            onChange={(next) =>
              setDraft({ ...draft, monthlyCents: typeof next === 'number' ? Math.round(next * 100) : 0 })
            }
          />
          <Select
            label="Of the site"
            clearable
            placeholder="all sites"
            value={draft.siteId}
            onChange={(siteId) => setDraft({ ...draft, siteId })}
            data={(names.data?.sites ?? []).map(({ siteId, name }) => ({ value: siteId, label: name }))}
          />
          <Select
            label="For items of class"
            clearable
            placeholder="all classes"
            value={draft.itemClass}
            onChange={(itemClass) => setDraft({ ...draft, itemClass })}
            data={names.data?.itemClasses ?? []}
          />
          <Group justify="space-between" gap="sm">
            {budget ? (
              <Button
                variant="subtle"
                color="red"
                loading={change.isPending}
                onClick={() => change.mutate({ kind: 'delete', id: budget.budgetId }, { onSuccess: onClose })}
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

function withoutSpent({ spentCents: _spent, ...budget }: Budget): BudgetToPut {
  return budget;
}
