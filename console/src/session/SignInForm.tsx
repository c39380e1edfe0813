import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';

import { api, unwrap } from '../api/client';
import { describeFailure } from '../api/failure';
import { session } from './session';

// Escape in a field would also close the dialog that stands behind, with what was typed in it.
const OF_THIS_FORM_ALONE = { 'data-mantine-stop-propagation': true };

/** Email and password; whose it is is already known when somebody signs in again. */
export function SignInForm({
  knownEmail,
  notice,
  children,
}: {
  knownEmail?: string;
  notice: string | null;
  /** Below the button. */
  children?: ReactNode;
}) {
  const [email, setEmail] = useState(knownEmail ?? '');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.POST('/api/v1/auth/login', { body })),
    onSuccess: (started) => session.begin(started),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate({ email: email.trim(), password });
  };
  const trouble = signIn.error ? describeFailure(signIn.error) : notice;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {trouble ? (
          <Alert
            color={signIn.error ? 'red' : 'yellow'}
            icon={<IconAlertCircle aria-hidden />}
            role="alert"
            variant="light"
          >
            {trouble}
          </Alert>
        ) : null}
        <TextInput
          label="Email"
          type="email"
          name="email"
          autoComplete="username"
          inputMode="email"
          required
          withAsterisk={false}
          size="md"
          readOnly={knownEmail !== undefined}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          {...OF_THIS_FORM_ALONE}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          size="md"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          data-autofocus={knownEmail !== undefined}
          {...OF_THIS_FORM_ALONE}
        />
        <Button type="submit" size="md" loading={signIn.isPending} fullWidth {...OF_THIS_FORM_ALONE}>
          Sign in
        </Button>
        {children}
      </Stack>
    </form>
  );
}
