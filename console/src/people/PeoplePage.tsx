import { Alert, Badge, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { describeFailure } from '../api/failure';
import type { Person } from '../api/types';
import { namesQuery } from '../approval-rules/queries';
import { useSession } from '../session/session';
import { Dialog } from '../shell/Dialog';
import { FailureState } from '../shell/states';
import { Age } from '../time/Age';
import { describeTime } from '../time/describe-age';
import { IssuedPassword } from './IssuedPassword';
import classes from './people.module.css';
import { PersonDialog } from './PersonDialog';
import { changePersonMutation, peopleQuery, resetPasswordMutation } from './queries';
import { ROLE_LOOKS } from './roles';

/** Who may sign in, as what, and when they last did. */
export function PeoplePage() {
  const people = useQuery(peopleQuery());
  const [editing, setEditing] = useState<Person | 'new' | null>(null);
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Title order={1} size="h3">
          People
        </Title>
        <Group gap="sm">
          <Button component={Link} to="/audit" variant="subtle">
            Audit trail
          </Button>
          <Button onClick={() => setEditing('new')}>Invite…</Button>
        </Group>
      </Group>
      {people.isPending ? <Skeleton role="status" height={200} radius="md" aria-label="Loading the people" /> : null}
      {people.error && !people.data ? (
        <FailureState error={people.error} onRetry={() => void people.refetch()} />
      ) : null}
      {people.data ? (
        <div className={classes['rows']} role="list" aria-label="People">
          {people.data.map((person) => (
            <PersonRow key={person.userId} person={person} onEdit={() => setEditing(person)} />
          ))}
        </div>
      ) : null}
      {editing ? <PersonDialog person={editing === 'new' ? null : editing} onClose={() => setEditing(null)} /> : null}
    </>
  );
}

function PersonRow({ person, onEdit }: { person: Person; onEdit: () => void }) {
  const isMe = useSession()?.user.userId === person.userId;
  const [asking, setAsking] = useState<'disable' | 'reset' | null>(null);
  const { data: names } = useQuery(namesQuery());
  const supplier = names?.suppliers.find(({ supplierId }) => supplierId === person.supplierId);
  const look = ROLE_LOOKS[person.role];
  const disabled = person.disabledAtMs !== null;
  return (
    <div className={classes['row']} role="listitem" aria-label={person.email} data-disabled={disabled}>
      <div>
        <Text fw={650}>
          {person.displayName}
          {isMe ? ' (you)' : ''}
        </Text>
        <Text size="sm" c="dimmed" className={classes['email'] ?? ''}>
          {person.email}
        </Text>
      </div>
      <Group gap={6}>
        <Badge color={look.color} variant="light" tt="none" title={look.meaning}>
          {look.label}
          {person.supplierId === null ? '' : `: ${supplier?.name ?? person.supplierId}`}
        </Badge>
        {disabled ? (
          <Badge color="red" variant="light" tt="none">
            Disabled
          </Badge>
        ) : null}
        {person.passwordTemporary && !disabled ? (
          <Badge color="yellow" variant="light" tt="none" title="Must change it at the next sign-in">
            Temporary password
          </Badge>
        ) : null}
      </Group>
      <Text size="sm" c="dimmed">
        {person.lastSignInAtMs === null ? (
          'never signed in'
        ) : (
          <>
            signed in <Age atMs={person.lastSignInAtMs} />
          </>
        )}
        <br />
        since {describeTime(person.createdAtMs)}
      </Text>
      <Group gap={4} justify="flex-end">
        <Button variant="subtle" size="compact-md" onClick={onEdit} aria-label={`Change ${person.email}`}>
          Change…
        </Button>
        {isMe ? null : (
          <>
            <Button
              variant="subtle"
              size="compact-md"
              onClick={() => setAsking('reset')}
              aria-label={`New password for ${person.email}`}
            >
              New password…
            </Button>
            <Button
              variant="subtle"
              size="compact-md"
              color={disabled ? 'teal' : 'red'}
              onClick={() => setAsking('disable')}
              aria-label={`${disabled ? 'Enable' : 'Disable'} ${person.email}`}
            >
              {disabled ? 'Enable…' : 'Disable…'}
            </Button>
          </>
        )}
      </Group>
      {asking === 'disable' ? <DisableDialog person={person} onClose={() => setAsking(null)} /> : null}
      {asking === 'reset' ? <ResetDialog person={person} onClose={() => setAsking(null)} /> : null}
    </div>
  );
}

function DisableDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const change = useMutation(changePersonMutation(person.userId, useQueryClient()));
  const disabled = person.disabledAtMs !== null;
  return (
    <Dialog onClose={onClose} title={`${disabled ? 'Enable' : 'Disable'} ${person.displayName}`}>
      <Stack gap="md">
        <Text size="sm">
          {disabled
            ? 'They can sign in again with the password they had.'
            : 'They are signed out everywhere within seconds, and cannot sign in until you enable them again. What they did stays.'}
        </Text>
        {change.error ? (
          <Alert color="red" variant="light" role="alert">
            {describeFailure(change.error)}
          </Alert>
        ) : null}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            color={disabled ? 'petrol' : 'red'}
            loading={change.isPending}
            onClick={() => change.mutate({ disabled: !disabled }, { onSuccess: onClose })}
          >
            {disabled ? 'Enable' : 'Disable'}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function ResetDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const reset = useMutation(resetPasswordMutation(person.userId, useQueryClient()));
  return (
    <Dialog onClose={onClose} title={`New password for ${person.displayName}`}>
      {reset.data ? (
        <IssuedPassword issued={reset.data} onClose={onClose} />
      ) : (
        <Stack gap="md">
          <Text size="sm">
            They are signed out everywhere. You get a temporary password, which they must change at the next sign-in.
          </Text>
          {reset.error ? (
            <Alert color="red" variant="light" role="alert">
              {describeFailure(reset.error)}
            </Alert>
          ) : null}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button loading={reset.isPending} onClick={() => reset.mutate()}>
              Make a new password
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}
