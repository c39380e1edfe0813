import { NumberInput, Select, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { describeFailure } from '../api/failure';
import { Section } from '../shell/Section';
import classes from './approvals.module.css';
import { APPROVER_ROLES, isApproverRole } from './roles';
import { namesQuery, tryOrderQuery, type TriedOrder } from './queries';

const TYPING_PAUSE_MS = 300;

/** "An order of 1,200 of class A, looked at by a buyer, would need …". */
export function TryOrder() {
  const names = useQuery(namesQuery());
  const [order, setOrder] = useState<TriedOrder>({
    amountCents: 120_000,
    itemClass: null,
    siteId: null,
    role: 'buyer',
  });
  const [settled] = useDebouncedValue(order, TYPING_PAUSE_MS);
  const tested = useQuery({ ...tryOrderQuery(settled), placeholderData: keepPreviousData });
  return (
    <Section title="Try an order">
      <div className={classes['try']}>
        <NumberInput
          label="Amount"
          min={0}
          decimalScale={2}
          thousandSeparator=" "
          inputMode="decimal"
          placeholder="price not known"
          value={order.amountCents === null ? '' : order.amountCents / 100}
          onChange={(next) =>
            setOrder({ ...order, amountCents: typeof next === 'number' ? Math.round(next * 100) : null })
          }
        />
        <Select
          label="Class"
          clearable
          placeholder="any"
          value={order.itemClass}
          onChange={(itemClass) => setOrder({ ...order, itemClass })}
          data={names.data?.itemClasses ?? []}
        />
        <Select
          label="Site"
          clearable
          placeholder="any"
          value={order.siteId}
          onChange={(siteId) => setOrder({ ...order, siteId })}
          data={(names.data?.sites ?? []).map(({ siteId, name }) => ({ value: siteId, label: name }))}
        />
        <Select
          label="Looked at by"
          allowDeselect={false}
          value={order.role}
          onChange={(role) => {
            if (isApproverRole(role)) setOrder({ ...order, role });
          }}
          data={[...APPROVER_ROLES]}
        />
      </div>
      <div className={classes['answer']} role="status" aria-label="What the rules say">
        <Text fw={600}>
          {tested.error ? describeFailure(tested.error) : (tested.data?.sentence ?? 'Asking the rules…')}
        </Text>
      </div>
    </Section>
  );
}
