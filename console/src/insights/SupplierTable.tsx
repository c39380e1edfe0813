import { Text } from '@mantine/core';

import type { SupplierKpis } from '../api/types';
import classes from './insights.module.css';
import { describeDays } from './kpi-cards';

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

const share = (value: number | null): string => (value === null ? '–' : `${number.format(value * 100)} %`);

/** What was agreed with each supplier and what it kept. */
export function SupplierTable({ suppliers }: { suppliers: readonly SupplierKpis[] }) {
  if (suppliers.length === 0) return <Text size="sm">No suppliers yet.</Text>;
  return (
    <>
      <div className={classes['suppliers']} role="list" aria-label="Suppliers">
        {suppliers.map((supplier) => (
          <div
            key={supplier.supplierId}
            role="listitem"
            className={classes['supplier']}
            aria-label={supplier.supplierName}
          >
            <Text fw={650}>{supplier.supplierName}</Text>
            <dl className={classes['figures']}>
              <Figure name="On time" value={share(supplier.onTime)} />
              <Figure name="In full" value={share(supplier.inFull)} />
              <Figure name="Lead time agreed" value={describeDays(supplier.agreedLeadTimeDays)} />
              <Figure
                name="Lead time kept"
                value={
                  supplier.actualLeadTimeSdDays === null
                    ? describeDays(supplier.actualLeadTimeDays)
                    : `${describeDays(supplier.actualLeadTimeDays)} ± ${describeDays(supplier.actualLeadTimeSdDays)}`
                }
              />
              <Figure
                name="Acknowledges after"
                value={describeDays(
                  supplier.acknowledgedAfterHours === null ? null : supplier.acknowledgedAfterHours / 24,
                )}
              />
              <Figure name="Closed · open" value={`${supplier.ordersClosed} · ${supplier.openOrders}`} />
              <Figure name="Overdue" value={String(supplier.overdueOrders)} alarm={supplier.overdueOrders > 0} />
            </dl>
            <Text size="xs" c="dimmed">
              {supplier.itemsLearned === 0
                ? 'Planned with the lead time agreed: too few deliveries yet to learn another.'
                : `Planned with the lead time that deliveries taught for ${supplier.itemsLearned} ${supplier.itemsLearned === 1 ? 'item' : 'items'}.`}
            </Text>
          </div>
        ))}
      </div>
      <Text size="xs" c="dimmed" mt="sm">
        Of orders closed in the time. On time: the last goods came by the day they were due, in the time of the site.
        Lead time kept: mean from sending to the last goods, with its standard deviation.
      </Text>
    </>
  );
}

function Figure({ name, value, alarm = false }: { name: string; value: string; alarm?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-alarm={alarm}>{value}</dd>
    </div>
  );
}
