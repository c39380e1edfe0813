import { Button, Center, Stack, ThemeIcon, Title } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import { useSession } from '../session/session';
import { Shell } from './Shell';

/** Where no page is: with the way to all that are, for whoever is signed in. */
export function NotFoundPage() {
  const isSignedIn = useSession() !== null;
  return isSignedIn ? (
    <Shell>
      <Nothing />
    </Shell>
  ) : (
    <main>
      <Nothing />
    </main>
  );
}

function Nothing() {
  return (
    <Center mih="40dvh" p="md">
      <Stack align="center" gap="md">
        <ThemeIcon size={56} radius="xl" variant="light" aria-hidden>
          <IconMapQuestion />
        </ThemeIcon>
        <Title order={1} size="h3" ta="center">
          There is no such page
        </Title>
        <Button component={Link} to="/" variant="light">
          To the stock list
        </Button>
      </Stack>
    </Center>
  );
}
