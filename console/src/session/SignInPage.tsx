import { Paper, Stack, Text, Title } from '@mantine/core';

import { Logo } from '../shell/Logo';
import { session } from './session';
import { SignInForm } from './SignInForm';
import classes from './SignInPage.module.css';

export function SignInPage() {
  return (
    <main className={classes['page']}>
      <Paper className={classes['card']} p={{ base: 'lg', xs: 'xl' }} radius="lg" withBorder>
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
          <SignInForm notice={session.notice} />
        </Stack>
      </Paper>
    </main>
  );
}
