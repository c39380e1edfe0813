import { Button, Code, CopyButton, Group, Text } from '@mantine/core';

import classes from './Secret.module.css';

/** What is shown this once, with a button to take it along. */
export function Secret({ label, value, testId }: { label: string; value: string; testId?: string }) {
  return (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code className={classes['secret'] ?? ''} data-testid={testId}>
          {value}
        </Code>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button size="xs" variant="light" flex="none" aria-label={`Copy: ${label}`} onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
