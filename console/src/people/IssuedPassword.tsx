import { Alert, Button, Group, Stack, Text } from '@mantine/core';

import type { Person } from '../api/types';
import { Secret } from '../shell/Secret';
import { describeTime } from '../time/describe-age';

/** A temporary password, which nobody can see again. */
export function IssuedPassword({
  issued,
  onClose,
}: {
  issued: { person: Person; temporaryPassword: string; expiresAtMs: number };
  onClose: () => void;
}) {
  return (
    <Stack gap="md">
      <Alert color="yellow" variant="light" role="note">
        This is the only time it is shown. Give it to {issued.person.displayName} in person or by phone; it works until{' '}
        {describeTime(issued.expiresAtMs)} and must be changed at the first sign-in.
      </Alert>
      <div>
        <Text size="sm" fw={500}>
          Email
        </Text>
        <Text>{issued.person.email}</Text>
      </div>
      <Secret label="Temporary password" value={issued.temporaryPassword} testId="temporary-password" />
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
