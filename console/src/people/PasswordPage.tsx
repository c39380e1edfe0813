import { Alert, Button, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { api, unwrap } from '../api/client';
import { describeFailure } from '../api/failure';
import { session, useSession } from '../session/session';
import { Section } from '../shell/Section';

const PASSWORD_CHARACTERS_MIN = 12;

/** Changes one's own password; who has a temporary one sees nothing else before. */
export function PasswordPage() {
  const temporary = useSession()?.user.passwordTemporary === true;
  const navigate = useNavigate();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const [again, setAgain] = useState('');
  const change = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/me/password', { body: { currentPassword, newPassword } })),
    onSuccess: (started) => {
      session.begin(started);
      notifications.show({ message: 'Your password is changed. Other sessions of yours have ended.', color: 'teal' });
      void navigate({ to: '/' });
    },
  });
  const short = newPassword !== '' && newPassword.length < PASSWORD_CHARACTERS_MIN;
  const differs = again !== '' && again !== newPassword;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Stack gap="md" maw="30rem">
      <Title order={1} size="h3">
        Your password
      </Title>
      {temporary ? (
        <Alert color="yellow" variant="light" role="note">
          An administrator made your password. Choose one of your own before you go on.
        </Alert>
      ) : null}
      <Section title="Change it">
        <form onSubmit={submit}>
          <Stack gap="md">
            {change.error ? (
              <Alert color="red" variant="light" role="alert">
                {describeFailure(change.error)}
              </Alert>
            ) : null}
            <PasswordInput
              label={temporary ? 'The temporary password' : 'Your password now'}
              autoComplete="current-password"
              required
              value={currentPassword}
              onChange={(event) => setCurrent(event.currentTarget.value)}
            />
            <PasswordInput
              label="New password"
              description="At least 12 characters; a few words are good."
              autoComplete="new-password"
              required
              value={newPassword}
              error={short ? `${PASSWORD_CHARACTERS_MIN - newPassword.length} more characters` : null}
              onChange={(event) => setNew(event.currentTarget.value)}
            />
            <PasswordInput
              label="New password again"
              autoComplete="new-password"
              required
              value={again}
              error={differs ? 'not the same' : null}
              onChange={(event) => setAgain(event.currentTarget.value)}
            />
            <Text size="sm" c="dimmed">
              It ends your sessions elsewhere.
            </Text>
            <Button
              type="submit"
              loading={change.isPending}
              disabled={currentPassword === '' || newPassword.length < PASSWORD_CHARACTERS_MIN || again !== newPassword}
            >
              Change password
            </Button>
          </Stack>
        </form>
      </Section>
    </Stack>
  );
}
