import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { api, unwrap } from '../api/client';
import { describeFailure } from '../api/failure';
import { Logo } from '../shell/Logo';
import { session } from './session';
import classes from './SignInPage.module.css';

export function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.POST('/api/v1/auth/login', { body })),
    onSuccess: (started) => session.begin(started),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate({ email: email.trim(), password });
  };
  const trouble = signIn.error ? describeFailure(signIn.error) : session.notice;
  return (
    <main className={classes['page']}>
      <Paper className={classes['card']} p={{ base: 'lg', xs: 'xl' }} radius="lg" withBorder>
        <form onSubmit={submit}>
          <Stack gap="md">
            <Logo size={44} />
            <div>
              <Title order={1} size="h2">
                Sign in
              </Title>
              <Text c="dimmed" size="sm">
                What is on the shelves, and what is on its way.
              </Text>
            </div>
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
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
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
            />
            <Button type="submit" size="md" loading={signIn.isPending} fullWidth>
              Sign in
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
