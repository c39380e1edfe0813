import { Text, Timeline } from '@mantine/core';

import type { OrderDetail } from '../api/types';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';
import { describeChanges, describeEvent } from './history-words';
import { ORDER_STATUS_LOOKS } from './order-status';

/** What happened, by whom, and what exactly was changed; newest last. */
export function OrderHistory({ history }: { history: OrderDetail['history'] }) {
  return (
    <Section title="What happened">
      <Timeline active={history.length - 1} bulletSize={16} lineWidth={2}>
        {history.map((entry, index) => (
          <Timeline.Item
            key={`${entry.atMs}-${index}`}
            title={titleOf(entry, history[index - 1])}
            color={ORDER_STATUS_LOOKS[entry.status].color}
          >
            {wordsOf(entry).map((words) => (
              <Text key={words} size="sm">
                {words}
              </Text>
            ))}
            <Text size="xs" c="dimmed">
              {describeTime(entry.atMs)} · {entry.actor}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Section>
  );
}

type Entry = OrderDetail['history'][number];

/** What was changed, else what was noted: the note of a change says the same. */
function wordsOf({ note, details }: Entry): string[] {
  const changes = describeChanges(details);
  return changes.length > 0 || note === null ? changes : [note];
}

/** A status that did not change says nothing: then the event does. */
function titleOf(entry: Entry, before: Entry | undefined): string {
  return entry.status === before?.status ? describeEvent(entry.event) : ORDER_STATUS_LOOKS[entry.status].label;
}
