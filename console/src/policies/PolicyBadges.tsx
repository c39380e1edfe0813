import { Badge, Group } from '@mantine/core';

import type { EffectivePolicy } from '../api/types';
import { describeTime } from '../time/describe-age';

/** What keeps a policy from ordering for now. */
export function PolicyBadges({ item }: { item: EffectivePolicy }) {
  const shadow = item.policy?.parameters['shadow'] === true;
  if (!shadow && item.snooze === null) return null;
  return (
    <Group gap={6} mb={2}>
      {shadow ? (
        <Badge color="grape" variant="light" tt="none" title="Decides and says so, and orders nothing">
          Shadow
        </Badge>
      ) : null}
      {item.snooze === null ? null : (
        <Badge color="yellow" variant="light" tt="none" title={item.snooze.because ?? ''}>
          Snoozed until {describeTime(item.snooze.untilMs)}
        </Badge>
      )}
    </Group>
  );
}
