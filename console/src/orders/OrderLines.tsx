import { Group, Stack, Text } from '@mantine/core';

import type { OrderLine } from '../api/types';
import { describeTime } from '../time/describe-age';
import { describeAcknowledgement } from './acknowledgement';
import classes from './OrderLines.module.css';
import { Section } from '../shell/Section';

/** What was ordered, and what became of it, always with both units. */
export function OrderLines({ lines }: { lines: readonly OrderLine[] }) {
  return (
    <Section title="What is ordered">
      <Stack gap="md">
        {lines.map((line) => (
          <div key={line.lineNumber} className={classes['line']}>
            <Group justify="space-between" align="baseline" gap="xs">
              <div>
                <Text fw={600}>{line.itemName}</Text>
                <Text size="xs" c="dimmed">
                  {line.sku} · for bin {line.binName}
                </Text>
              </div>
              <Text fw={700} size="lg">
                {line.quantityText}
              </Text>
            </Group>
            <dl className={classes['counts']}>
              <Count label="Confirmed" value={line.confirmedQuantity} of={line} />
              <Count label="Shipped" value={line.shippedQuantity} of={line} />
              <Count label="Received" value={line.receivedQuantity} of={line} />
              {line.backorderedQuantity > 0 ? (
                <Count label="Backordered" value={line.backorderedQuantity} of={line} />
              ) : null}
              {line.cancelledQuantity > 0 ? <Count label="Cancelled" value={line.cancelledQuantity} of={line} /> : null}
            </dl>
            {line.acknowledgementCode === null && line.promisedDeliveryAtMs === null ? null : (
              <Text size="sm" c="dimmed">
                {line.acknowledgementCode === null
                  ? ''
                  : `Supplier: ${describeAcknowledgement(line.acknowledgementCode)}. `}
                {line.promisedDeliveryAtMs === null ? '' : `Promised for ${describeTime(line.promisedDeliveryAtMs)}.`}
              </Text>
            )}
          </div>
        ))}
      </Stack>
    </Section>
  );
}

function Count({ label, value, of }: { label: string; value: number; of: OrderLine }) {
  return (
    <div className={classes['count']} data-complete={value >= of.orderedQuantity}>
      <dt>{label}</dt>
      <dd>
        {value}{' '}
        <span>
          of {of.orderedQuantity} {of.unit}
        </span>
      </dd>
    </div>
  );
}
