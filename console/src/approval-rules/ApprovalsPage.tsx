import { Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useSiteName } from '../api/site-names';
import type { ApprovalRule, Budget } from '../api/types';
import { useSession } from '../session/session';
import { Section } from '../shell/Section';
import classes from './approvals.module.css';
import { BudgetDialog } from './BudgetDialog';
import { describeCents } from './money';
import { approvalRulesQuery, budgetsQuery } from './queries';
import { RuleDialog } from './RuleDialog';
import { SettingList } from './SettingList';
import { TryOrder } from './TryOrder';

const FULL_FROM = 0.9;

/** Who has to approve what, what may be spent, and what both would say to an order. */
export function ApprovalsPage() {
  const mayChange = useSession()?.user.role === 'admin';
  return (
    <Stack gap="md" maw="76rem">
      <Title order={1} size="h3">
        Approvals and budgets
      </Title>
      <TryOrder />
      <div className={classes['columns']}>
        <Rules mayChange={mayChange} />
        <Budgets mayChange={mayChange} />
      </div>
    </Stack>
  );
}

function Rules({ mayChange }: { mayChange: boolean }) {
  const rules = useQuery(approvalRulesQuery());
  const [editing, setEditing] = useState<ApprovalRule | 'new' | null>(null);
  return (
    <Section title="Approval rules">
      <Text size="sm" c="dimmed" mb="xs">
        Of the rules that an order meets, the strictest holds. Without one, the policy decides whether an order waits
        for a buyer.
      </Text>
      <SettingList
        of={rules}
        nameOf={(rule) => rule.ruleId}
        noun="rule"
        none="No rules: orders go out as their policies say."
        onEdit={mayChange ? setEditing : undefined}
      >
        {(rule) => (
          <div>
            <Text fw={600} size="sm">
              {describeRule(rule)}
            </Text>
            <Text size="xs" c="dimmed">
              {rule.ruleId}
            </Text>
          </div>
        )}
      </SettingList>
      {editing ? <RuleDialog rule={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </Section>
  );
}

function describeRule(rule: ApprovalRule): string {
  const what = rule.itemClass === null ? 'Any order' : `Class ${rule.itemClass}`;
  const from = rule.minAmountCents > 0 ? ` from ${describeCents(rule.minAmountCents)} on` : '';
  const who =
    rule.approvals === 2 ? `two people, each ${rule.requiredRole} or higher` : `one ${rule.requiredRole} or higher`;
  return `${what}${from}: ${who}`;
}

function Budgets({ mayChange }: { mayChange: boolean }) {
  const budgets = useQuery(budgetsQuery());
  const [editing, setEditing] = useState<Budget | 'new' | null>(null);
  return (
    <Section title="Budgets this month">
      <Text size="sm" c="dimmed" mb="xs">
        Orders beyond a budget wait for a person. A month is one of the site’s own calendar.
      </Text>
      <SettingList
        of={budgets}
        nameOf={(budget) => budget.budgetId}
        noun="budget"
        none="No budgets: what is needed is ordered."
        onEdit={mayChange ? setEditing : undefined}
      >
        {(budget) => <BudgetLine budget={budget} />}
      </SettingList>
      {editing ? <BudgetDialog budget={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </Section>
  );
}

function BudgetLine({ budget }: { budget: Budget }) {
  const siteName = useSiteName();
  const share = budget.monthlyCents > 0 ? budget.spentCents / budget.monthlyCents : 1;
  const of = [
    budget.siteId === null ? 'all sites' : siteName(budget.siteId),
    budget.itemClass === null ? 'all classes' : `class ${budget.itemClass}`,
  ];
  return (
    <div className={classes['budget']}>
      <Group justify="space-between" gap="xs">
        <Text fw={600} size="sm">
          {budget.budgetId}
        </Text>
        <Text size="sm">
          {describeCents(budget.spentCents)} of {describeCents(budget.monthlyCents)}
        </Text>
      </Group>
      <Progress
        mt={4}
        value={Math.min(100, share * 100)}
        color={share >= 1 ? 'red' : share >= FULL_FROM ? 'orange' : 'petrol'}
        aria-label={`${budget.budgetId}: ${Math.round(share * 100)} % spent`}
      />
      <Text size="xs" c="dimmed" mt={2}>
        {of.join(' · ')}
      </Text>
    </div>
  );
}
