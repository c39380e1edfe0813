import { Alert, Badge, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';

import { ApiFailure } from '../api/failure';
import type { ImportResult } from '../api/types';
import { FailureNote } from '../shell/states';
import { describeResult, describeRow } from './import-words';
import classes from './imports.module.css';

/** Beyond these a person fixes or believes the file, and scrolls no more. */
const SHOWN_MAX = 200;

/** What a check found: every mistake with its line, or what would change; then what has changed. */
export function ImportOutcome({
  outcome: { data, error, isPending },
  onImport,
}: {
  outcome: { data: ImportResult | undefined; error: unknown; isPending: boolean };
  onImport: () => void;
}) {
  if (error instanceof ApiFailure && error.problems.length > 0) return <Mistakes problems={error.problems} />;
  if (error) return <FailureNote error={error} />;
  if (!data) return null;
  const changes = data.created + data.changed;
  return (
    <Stack gap="sm">
      <Text fw={600} role="status">
        {data.dryRun ? 'It would be: ' : 'Imported: '}
        {describeResult(data)}.
      </Text>
      <ul className={classes['rows']} aria-label={data.dryRun ? 'What would change' : 'What has changed'}>
        {data.rows.slice(0, SHOWN_MAX).map((row) => (
          <li key={row.line}>
            <span className={classes['line']}>line {row.line}</span>
            <span className={classes['what']}>
              <strong>{row.id}</strong>{' '}
              <Badge color={row.outcome === 'created' ? 'teal' : 'blue'} variant="light" tt="none" fw={650}>
                {row.outcome === 'created' ? 'New' : 'Changed'}
              </Badge>
              <Text size="sm" c="dimmed">
                {describeRow(row)}
              </Text>
            </span>
          </li>
        ))}
      </ul>
      <Rest count={changes - Math.min(SHOWN_MAX, data.rows.length)} what="more" />
      {data.dryRun && changes > 0 ? (
        <Button loading={isPending} onClick={onImport} style={{ alignSelf: 'flex-start' }}>
          Import {changes === 1 ? 'this row' : `these ${changes} rows`}
        </Button>
      ) : null}
      {changes === 0 ? <Text size="sm">Nothing is different: there is nothing to import.</Text> : null}
    </Stack>
  );
}

function Mistakes({ problems }: { problems: ApiFailure['problems'] }) {
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={
        problems.length === 1 ? 'One mistake; nothing was taken' : `${problems.length} mistakes; nothing was taken`
      }
    >
      <ul className={classes['mistakes']} aria-label="Mistakes in the file">
        {problems.slice(0, SHOWN_MAX).map(({ where, what }) => (
          <li key={`${where} ${what}`}>
            <strong>{where}</strong>: {what}
          </li>
        ))}
      </ul>
      <Rest count={problems.length - SHOWN_MAX} what="more" />
    </Alert>
  );
}

function Rest({ count, what }: { count: number; what: string }) {
  return count > 0 ? (
    <Text size="sm">
      and {count} {what}
    </Text>
  ) : null;
}
