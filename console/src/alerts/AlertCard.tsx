import { Badge, Button } from '@mantine/core';
import { IconAlertTriangle, IconFlame, IconInfoCircle, type TablerIcon } from '@tabler/icons-react';
import type { LinkProps } from '@tanstack/react-router';

import type { Alert } from '../api/types';
import { capitalized } from '../shell/capitalized';
import { ListCard } from '../shell/ListCard';
import { Age } from '../time/Age';

const LOOKS: Readonly<
  Record<Alert['severity'], { label: string; color: 'red' | 'orange' | 'blue'; icon: TablerIcon }>
> = {
  critical: { label: 'Critical', color: 'red', icon: IconFlame },
  warning: { label: 'Warning', color: 'orange', icon: IconAlertTriangle },
  info: { label: 'Note', color: 'blue', icon: IconInfoCircle },
};

/** One alert; the card leads to what it is about. */
export function AlertCard({
  alert,
  busy,
  onAcknowledge,
}: {
  alert: Alert;
  busy: boolean;
  /** Absent where the person may not, or it is done. */
  onAcknowledge?: (() => void) | undefined;
}) {
  const { label, color, icon: Icon } = LOOKS[alert.severity];
  return (
    <ListCard
      title={alert.title}
      link={linkOf(alert)}
      tone={alert.resolvedAtMs === null ? color : 'gray'}
      meta={<Times alert={alert} />}
      badges={
        <Badge color={color} variant="light" tt="none" fw={650} leftSection={<Icon size={14} aria-hidden />}>
          {label}
        </Badge>
      }
      actions={
        onAcknowledge ? (
          <Button size="sm" variant="light" loading={busy} onClick={onAcknowledge}>
            I look after it
          </Button>
        ) : null
      }
    >
      {capitalized(alert.detail)}
    </ListCard>
  );
}

function Times({ alert }: { alert: Alert }) {
  return (
    <>
      Since <Age atMs={alert.raisedAtMs} />
      {alert.occurrences > 1 ? ` · came back ${alert.occurrences - 1} times` : ''}
      {alert.escalationLevel > 0 && alert.acknowledgedAtMs === null ? ' · escalated' : ''}
      {alert.acknowledgedAtMs === null ? null : (
        <>
          {' · '}
          {alert.acknowledgedBy ?? 'somebody'} looks after it (<Age atMs={alert.acknowledgedAtMs} />)
        </>
      )}
      {alert.resolvedAtMs === null ? null : (
        <>
          {' · over '}
          <Age atMs={alert.resolvedAtMs} />
        </>
      )}
    </>
  );
}

function linkOf({ kind, orderId, siteId, binId }: Alert): LinkProps | undefined {
  if (orderId !== null && kind === 'RECEIPT_TO_CONFIRM') return { to: '/receiving/$orderId', params: { orderId } };
  if (orderId !== null) return { to: '/orders/$orderId', params: { orderId } };
  if (siteId !== null && binId !== null) return { to: '/stock/$siteId/$binId', params: { siteId, binId } };
  return undefined;
}
