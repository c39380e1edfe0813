import { Button, Group, Stack, TextInput } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';

import { Dialog } from '../shell/Dialog';
import { FailureNote } from '../shell/states';

/** Creates, changes or removes one thing that is known by a short name, whose fields are the children. */
export function SettingDialog({
  title,
  name,
  busy,
  error,
  onSave,
  onRemove,
  onClose,
  children,
}: {
  title: string;
  /** Of a new one, which has none yet. */
  name?: { value: string; example: string; onChange: (next: string) => void };
  busy: boolean;
  error: unknown;
  onSave: () => void;
  onRemove?: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSave();
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <FailureNote error={error} />
          {name ? (
            <TextInput
              label="Name"
              description={`Short, without spaces: ${name.example}`}
              required
              pattern="[A-Za-z0-9._:\-]+"
              maxLength={64}
              value={name.value}
              onChange={(event) => name.onChange(event.currentTarget.value)}
              data-autofocus
            />
          ) : null}
          {children}
          <Group justify="space-between" gap="sm">
            {onRemove ? (
              <Button variant="subtle" color="red" loading={busy} onClick={onRemove}>
                Remove
              </Button>
            ) : (
              <span />
            )}
            <Group gap="sm">
              <Button variant="default" onClick={onClose}>
                Back
              </Button>
              <Button type="submit" loading={busy}>
                Save
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
