import { Button, Skeleton, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { FailureState } from '../shell/states';
import classes from './approvals.module.css';

/** Things that are known by a short name, each in a line; whoever may change them does it from here. */
export function SettingList<Thing>({
  of,
  nameOf,
  noun,
  none,
  onEdit,
  children,
}: {
  of: UseQueryResult<Thing[]>;
  nameOf: (thing: Thing) => string;
  noun: string;
  none: string;
  onEdit: ((thing: Thing | 'new') => void) | undefined;
  children: (thing: Thing) => ReactNode;
}) {
  return (
    <>
      {of.isPending ? <Skeleton role="status" height={100} radius="md" aria-label={`Loading the ${noun}s`} /> : null}
      {of.error ? <FailureState error={of.error} onRetry={() => void of.refetch()} /> : null}
      {of.data?.length === 0 ? <Text size="sm">{none}</Text> : null}
      <ul className={classes['list']}>
        {(of.data ?? []).map((thing) => (
          <li key={nameOf(thing)}>
            {children(thing)}
            {onEdit ? (
              <Button
                variant="subtle"
                size="compact-md"
                flex="none"
                aria-label={`Change ${noun} ${nameOf(thing)}`}
                onClick={() => onEdit(thing)}
              >
                Change…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {onEdit ? (
        <Button mt="sm" variant="default" onClick={() => onEdit('new')}>
          New {noun}…
        </Button>
      ) : null}
    </>
  );
}
