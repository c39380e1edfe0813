import { Text, Timeline } from '@mantine/core';

import type { OrderDetail } from '../api/types';
import { describeTime } from '../time/describe-age';
import { ORDER_STATUS_LOOKS } from './order-status';
import { Section } from '../shell/Section';

/** What happened, by whom, newest last. */
export function OrderHistory({ history }: { history: OrderDetail['history'] }) {
  return (
    <Section title="What happened">
      <Timeline active={history.length - 1} bulletSize={16} lineWidth={2}>
        {history.map((entry, index) => (
          <Timeline.Item
            key={`${entry.atMs}-${index}`}
            title={ORDER_STATUS_LOOKS[entry.status].label}
            color={ORDER_STATUS_LOOKS[entry.status].color}
          >
            <Text size="sm">{entry.note ?? describeEvent(entry.event)}</Text>
            <Text size="xs" c="dimmed">
              {describeTime(entry.atMs)} · {entry.actor}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Section>
  );
}

/** "OrderAcknowledged" → "Order acknowledged". */
function describeEvent(event: string): string {
  const words = event.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
