import { Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import type { Budget } from '../api/types';
import { MoneyInput } from './MoneyInput';
import { budgetMutation, namesQuery, type BudgetToPut } from './queries';
import { SettingDialog } from './SettingDialog';

const NEW_BUDGET: BudgetToPut = { budgetId: '', siteId: null, itemClass: null, monthlyCents: 0 };

/** Creates, changes or removes one budget. */
export function BudgetDialog({ budget, onClose }: { budget: Budget | null; onClose: () => void }) {
  const [draft, setDraft] = useState<BudgetToPut>(() => (budget ? withoutSpent(budget) : NEW_BUDGET));
  const names = useQuery(namesQuery());
  const change = useMutation(budgetMutation(useQueryClient()));
  return (
    <SettingDialog
      title={budget ? `Budget ${budget.budgetId}` : 'New budget'}
      {...(budget
        ? { onRemove: () => change.mutate({ kind: 'delete', id: budget.budgetId }, { onSuccess: onClose }) }
        : {
            name: {
              value: draft.budgetId,
              example: 'plant-1-month',
              onChange: (budgetId) => setDraft({ ...draft, budgetId }),
            },
          })}
      busy={change.isPending}
      error={change.error}
      onSave={() =>
        change.mutate({ kind: 'put', thing: { ...draft, budgetId: draft.budgetId.trim() } }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <MoneyInput
        label="A month"
        required
        cents={draft.monthlyCents}
        onChange={(monthlyCents) => setDraft({ ...draft, monthlyCents })}
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
    </SettingDialog>
  );
}

function withoutSpent({ spentCents: _spent, ...budget }: Budget): BudgetToPut {
  return budget;
}
