import { Alert, Button, Center, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { ApiFailure, describeFailure } from '../api/failure';

/** Nothing to show, why, and what to do about it. */
export function EmptyState({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <Center mih="40dvh">
      <Stack align="center" gap="xs" maw="26rem" ta="center">
        <ThemeIcon size={56} radius="xl" variant="light" aria-hidden>
          {icon}
        </ThemeIcon>
        <Text fw={650} size="lg">
          {title}
        </Text>
        {children}
      </Stack>
    </Center>
  );
}

/** What could not be loaded, in a sentence, with a way to try again. */
export function FailureState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      role="alert"
      title="This could not be loaded"
    >
      <Stack gap="sm" align="flex-start">
        <Text size="sm">{describeFailure(error)}</Text>
        {onRetry ? (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        ) : null}
      </Stack>
    </Alert>
  );
}

/** What could not be done, beside the button that was to do it. */
export function FailureNote({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      {describeFailure(error)}
    </Alert>
  );
}

/** In the place where a list will be. */
export function ListSkeleton({ label, height = 110 }: { label: string; height?: number }) {
  return (
    <Stack gap="sm" role="status" aria-busy="true" aria-label={label}>
      {[1, 2, 3].map((index) => (
        <Skeleton key={index} height={height} radius="md" />
      ))}
    </Stack>
  );
}

/** Instead of a page: one that failed, or whose script could not be fetched, which only a reload asks for again. */
export function PageFailure({ error, reset }: { error: unknown; reset: () => void }) {
  const isScript = error instanceof Error && /module|import|preload/i.test(error.message);
  if (!isScript) return <FailureState error={error} onRetry={reset} />;
  const why = new ApiFailure(
    0,
    'PAGE_UNREACHABLE',
    'This page needs the network once, and the server cannot be reached.',
  );
  return <FailureState error={why} onRetry={() => window.location.reload()} />;
}
