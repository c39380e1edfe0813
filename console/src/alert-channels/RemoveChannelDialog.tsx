import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';

import type { AlertChannel } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { FailureNote } from '../shell/states';
import { removeChannelMutation } from './queries';

export function RemoveChannelDialog({ channel, onClose }: { channel: AlertChannel; onClose: () => void }) {
  const remove = useMutation(removeChannelMutation(useQueryClient()));
  return (
    <Dialog onClose={onClose} title="Send no alerts there any more">
      <Stack gap="md">
        <FailureNote error={remove.error} />
        <Text size="sm">
          {channel.target} is not told of alerts any more. The alerts themselves stay where they are, under Alerts.
        </Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Back
          </Button>
          <Button
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate(channel.channelId, { onSuccess: onClose })}
          >
            Remove
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
