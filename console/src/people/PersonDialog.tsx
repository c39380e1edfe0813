import { Alert, Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import type { Person } from '../api/types';
import { namesQuery } from '../approval-rules/queries';
import { Dialog } from '../shell/Dialog';
import { IssuedPassword } from './IssuedPassword';
import { changePersonMutation, inviteMutation, type Invitation } from './queries';
import { isRole, ROLE_LOOKS, ROLES } from './roles';

const NOBODY: Invitation = { email: '', displayName: '', role: 'operator', supplierId: null };

/** Lets somebody in, or changes their name or role. */
export function PersonDialog({ person, onClose }: { person: Person | null; onClose: () => void }) {
  const [draft, setDraft] = useState<Invitation>(person ?? NOBODY);
  const queryClient = useQueryClient();
  const invite = useMutation(inviteMutation(queryClient));
  const change = useMutation(changePersonMutation(person?.userId ?? '', queryClient));
  const error = invite.error ?? change.error;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const { email, displayName, role } = draft;
    const supplierId = role === 'supplier' ? draft.supplierId : null;
    if (person === null) {
      invite.mutate({ email: email.trim(), displayName: displayName.trim(), role, supplierId });
      return;
    }
    const sameRole = role === person.role && supplierId === person.supplierId;
    const named = { displayName: displayName.trim() };
    change.mutate(sameRole ? named : { ...named, role, supplierId }, { onSuccess: onClose });
  };
  return (
    <Dialog onClose={onClose} title={person ? person.displayName : 'Invite somebody'}>
      {invite.data ? (
        <IssuedPassword issued={invite.data} onClose={onClose} />
      ) : (
        <form onSubmit={submit}>
          <Stack gap="md">
            {error ? (
              <Alert color="red" variant="light" role="alert">
                {describeFailure(error)}
              </Alert>
            ) : null}
            <TextInput
              label="Email"
              type="email"
              required={person === null}
              disabled={person !== null}
              autoComplete="off"
              maxLength={254}
              value={draft.email}
              onChange={(event) => setDraft({ ...draft, email: event.currentTarget.value })}
              {...(person === null ? { 'data-autofocus': true } : {})}
            />
            <TextInput
              label="Name"
              required
              autoComplete="off"
              maxLength={100}
              value={draft.displayName}
              onChange={(event) => setDraft({ ...draft, displayName: event.currentTarget.value })}
            />
            <RoleFields draft={draft} onChange={setDraft} />
            <Group justify="flex-end" gap="sm">
              <Button variant="default" onClick={onClose}>
                Back
              </Button>
              <Button
                type="submit"
                loading={invite.isPending || change.isPending}
                disabled={draft.role === 'supplier' && draft.supplierId === null}
              >
                {person ? 'Save' : 'Invite'}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

function RoleFields({ draft, onChange }: { draft: Invitation; onChange: (draft: Invitation) => void }) {
  const names = useQuery(namesQuery());
  return (
    <>
      <Select
        label="Role"
        description={ROLE_LOOKS[draft.role].meaning}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        allowDeselect={false}
        value={draft.role}
        onChange={(role) => {
          if (isRole(role)) onChange({ ...draft, role });
        }}
        data={ROLES.map((role) => ({ value: role, label: ROLE_LOOKS[role].label }))}
      />
      {draft.role === 'supplier' ? (
        <Select
          label="Of the supplier"
          required
          value={draft.supplierId}
          onChange={(supplierId) => onChange({ ...draft, supplierId })}
          data={(names.data?.suppliers ?? []).map(({ supplierId, name }) => ({ value: supplierId, label: name }))}
        />
      ) : null}
    </>
  );
}
