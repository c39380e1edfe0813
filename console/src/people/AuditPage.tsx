import { Group, SegmentedControl, Skeleton, Text, Title } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';

import type { AuditEntry } from '../api/types';
import { describeName } from '../orders/proof-words';
import { ReadMore } from '../shell/ReadMore';
import { SearchField } from '../shell/SearchField';
import { EmptyState, FailureState } from '../shell/states';
import { describeMoment } from '../time/describe-age';
import { describeWhat, differencesOf, noteOf } from './audit-words';
import classes from './people.module.css';
import { auditQuery, type AuditFilter } from './queries';

const route = getRouteApi('/signed-in/audit');
const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Who did what, and when: changes, sign-ins, steps of orders. */
export function AuditPage() {
  const { kind, actor = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: AuditFilter): void => {
    const search = { ...(next.kind ? { kind: next.kind } : {}), ...(next.actor ? { actor: next.actor } : {}) };
    void navigate({ search, replace: true });
  };
  const trail = useInfiniteQuery(auditQuery({ kind, actor }));
  const entries = trail.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={1} size="h3">
          Audit trail
        </Title>
        <SearchField
          label="Who"
          placeholder="Who (part of the email)"
          value={actor}
          onChange={(next) => set({ kind, actor: next })}
        />
      </Group>
      <SegmentedControl
        mb="sm"
        aria-label="Which entries"
        value={kind ?? 'all'}
        onChange={(next) =>
          set({ kind: next === 'changes' || next === 'sign-ins' || next === 'orders' ? next : undefined, actor })
        }
        data={[
          { value: 'all', label: 'All' },
          { value: 'changes', label: 'Changes' },
          { value: 'orders', label: 'Orders' },
          { value: 'sign-ins', label: 'Sign-ins' },
        ]}
      />
      {trail.isPending ? <Skeleton role="status" height={240} radius="md" aria-label="Loading the trail" /> : null}
      {trail.error && entries.length === 0 ? (
        <FailureState error={trail.error} onRetry={() => void trail.refetch()} />
      ) : null}
      {entries.length > 0 ? (
        <div className={classes['rows']} role="list" aria-label="Entries, newest first">
          {entries.map((entry) => (
            <Entry key={entry.entryId} entry={entry} />
          ))}
        </div>
      ) : null}
      <ReadMore list={trail} label="Show older entries" />
      {trail.isSuccess && entries.length === 0 ? (
        <EmptyState icon={<IconHistory />} title="Nothing here">
          <Text c="dimmed">Nobody did anything that this choice shows.</Text>
        </EmptyState>
      ) : null}
    </>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const differences = differencesOf(entry);
  const note = noteOf(entry);
  return (
    <div className={classes['entry']} role="listitem">
      <time dateTime={new Date(entry.atMs).toISOString()}>{describeMoment(entry.atMs)}</time>
      <span className={classes['actor']}>{entry.actor}</span>
      <div>
        <strong className={entry.what === 'SignInFailed' ? classes['bad'] : undefined}>
          {describeWhat(entry.what)}
        </strong>{' '}
        <Subject entry={entry} />
        {note === '' ? null : <div className={classes['change']}>{note}</div>}
        {differences.length === 0 ? null : (
          <div className={classes['change']}>
            {differences.map(({ name, from, to }) => `${describeName(name)}: ${from} → ${to}`).join(' · ')}
          </div>
        )}
      </div>
    </div>
  );
}

function Subject({ entry }: { entry: AuditEntry }) {
  if (entry.entryId.startsWith('order-')) {
    return (
      <Link to="/orders/$orderId" params={{ orderId: entry.subjectId }}>
        the order
      </Link>
    );
  }
  // Ids of people say nothing; whose they are stands in the change or is the actor.
  return UUID.test(entry.subjectId) ? null : <span>{entry.subjectId}</span>;
}
