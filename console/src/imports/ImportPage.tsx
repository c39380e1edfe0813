import { Button, FileInput, Group, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { IconFileTypeCsv } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { Section } from '../shell/Section';
import { FailureNote } from '../shell/states';
import { ImportOutcome } from './ImportOutcome';
import { KINDS, kindOf, type ImportKind } from './kinds';
import { exportMutation, importMutation, type ExportName } from './queries';

/** Master data in from a spreadsheet or an ERP, looked at before it counts; lists out. */
export function ImportPage() {
  return (
    <Stack gap="md" maw="60rem">
      <Title order={1} size="h3">
        Import
      </Title>
      <ImportSection />
      <ExportSection />
    </Stack>
  );
}

function ImportSection() {
  const [kind, setKind] = useState<ImportKind>('items');
  const [file, setFile] = useState<File | null>(null);
  const [pasted, setPasted] = useState('');
  const run = useMutation(importMutation(useQueryClient()));
  const csv = file ?? (pasted.trim() === '' ? null : new Blob([pasted], { type: 'text/csv' }));
  /** What was found of another file says nothing of this one. */
  const choose = (change: () => void): void => {
    change();
    run.reset();
  };
  const start = (dryRun: boolean): void => {
    if (csv) run.mutate({ kind, csv, dryRun });
  };
  return (
    <Section title="Master data in">
      <Stack gap="md">
        <Select
          label="What it lists"
          description={`Columns: ${kindOf(kind)?.columns ?? ''}. What a row does not say stays as it is.`}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          allowDeselect={false}
          value={kind}
          onChange={(next) => {
            const chosen = kindOf(next);
            if (chosen) choose(() => setKind(chosen.value));
          }}
          data={KINDS.map(({ value, label }) => ({ value, label }))}
        />
        <FileInput
          label="CSV file"
          description="With a header line; commas or semicolons, decimals with a point, at most 5,000 rows"
          placeholder="Choose a file"
          accept=".csv,text/csv"
          clearable
          clearButtonProps={{ 'aria-label': 'Take another file' }}
          leftSection={<IconFileTypeCsv size={18} aria-hidden />}
          value={file}
          onChange={(next) => choose(() => setFile(next))}
        />
        {file ? null : (
          <Textarea
            label="Or paste the rows"
            autosize
            minRows={3}
            maxRows={12}
            spellCheck={false}
            value={pasted}
            onChange={(event) => choose(() => setPasted(event.currentTarget.value))}
          />
        )}
        <Group gap="sm">
          <Button variant="light" disabled={!csv} loading={run.isPending} onClick={() => start(true)}>
            Check it
          </Button>
        </Group>
        <ImportOutcome outcome={run} onImport={() => start(false)} />
      </Stack>
    </Section>
  );
}

const EXPORTS: readonly { name: ExportName; label: string }[] = [
  { name: 'stock', label: 'Stock now' },
  { name: 'movements', label: 'Movements, 30 days' },
  { name: 'orders', label: 'Orders, 30 days' },
];

function ExportSection() {
  const fetching = useMutation(exportMutation());
  return (
    <Section title="Lists out">
      <Group gap="sm">
        {EXPORTS.map(({ name, label }) => (
          <Button
            key={name}
            variant="default"
            loading={fetching.isPending && fetching.variables === name}
            onClick={() => fetching.mutate(name)}
          >
            {label}
          </Button>
        ))}
      </Group>
      <Text size="sm" c="dimmed" mt="xs">
        As CSV, times in UTC, quantities in stock units.
      </Text>
      <FailureNote error={fetching.error} />
    </Section>
  );
}
