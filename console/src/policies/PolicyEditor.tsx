import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';

import { ApiFailure, describeFailure } from '../api/failure';
import { useSiteName } from '../api/site-names';
import type { BinPolicy, PolicyScope } from '../api/types';
import { isReason, ReasonField } from '../shell/ReasonField';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';
import classes from './policies.module.css';
import { draftOf, missingFields, policyOf, problemsByField, type PolicyDraft } from './policy-form';
import { describeScope } from './policy-words';
import { PolicyFields } from './PolicyFields';
import { PolicyPreviewPanel } from './PolicyPreviewPanel';
import { previewQuery, putPolicyMutation } from './queries';

const TYPING_PAUSE_MS = 400;

/** Sets the policy of one scope of the bin's chain; shows what it would do before it is saved. */
export function PolicyEditor({
  of,
  initialScope,
  shadow,
  onDone,
}: {
  of: BinPolicy;
  initialScope: PolicyScope;
  /** Shadow mode turned over, to begin with. */
  shadow?: boolean;
  onDone: () => void;
}) {
  const linkOf = (policyId: string | null) => of.chain.find((link) => link.policyId === policyId);
  const siteName = useSiteName();
  const [policyId, setPolicyId] = useState(
    () => of.chain.find((link) => JSON.stringify(link.scope) === JSON.stringify(initialScope))?.policyId ?? '',
  );
  const [draft, setDraft] = useState(() => startOf(of, policyId, shadow));
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const scope = linkOf(policyId)?.scope ?? initialScope;
  const put = useMutation(putPolicyMutation(useQueryClient()));

  const proposal = useMemo(() => ({ scope, policy: policyOf(draft) }), [scope, draft]);
  const [settled] = useDebouncedValue(proposal, TYPING_PAUSE_MS);
  const missing = missingFields(draft);
  const preview = useQuery({ ...previewQuery(settled), enabled: missing.length === 0 });
  const problems = problemsOf(put.error ?? (missing.length === 0 ? preview.error : null));
  const settling = settled !== proposal || preview.isFetching;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const effectiveFromMs = from === '' ? undefined : Date.parse(from);
    const body = { scope, policy: policyOf(draft), reason: reason.trim() };
    put.mutate(effectiveFromMs === undefined ? body : { ...body, effectiveFromMs }, {
      onSuccess: ({ changed }) => {
        notifications.show({ message: savedWords(changed, effectiveFromMs), color: 'teal' });
        onDone();
      },
    });
  };
  return (
    <Section title={`Set the policy: ${describeScope(scope, siteName)}`}>
      <form onSubmit={submit}>
        <div className={classes['editor']}>
          <Stack gap="md">
            <Select
              label="It holds for"
              allowDeselect={false}
              value={policyId}
              onChange={(next) => {
                if (next === null) return;
                setPolicyId(next);
                setDraft(startOf(of, next, undefined));
              }}
              data={of.chain.map((link) => ({ value: link.policyId, label: describeScope(link.scope, siteName) }))}
            />
            <PolicyFields draft={draft} unit={of.item.unit} problems={problems} onChange={setDraft} />
            <div className={classes['fields']}>
              <TextInput
                type="datetime-local"
                label="Takes effect"
                description={from === '' ? 'At once' : 'From this moment on'}
                value={from}
                onChange={(event) => setFrom(event.currentTarget.value)}
              />
            </div>
            <ReasonField
              description="Stands with the version, for those who ask later."
              value={reason}
              onChange={setReason}
              focus={false}
            />
          </Stack>
          <Stack gap="md">
            <PolicyPreviewPanel
              preview={missing.length === 0 && !preview.error ? preview.data : undefined}
              waitsFor={missing.length > 0 ? 'Fill the fields to see what this policy would do now.' : null}
              unit={of.item.unit}
              stale={settling}
            />
            {problems[''] !== undefined || (put.error && !isRefusal(put.error)) ? (
              <Alert color="red" variant="light" role="alert">
                {problems[''] ?? describeFailure(put.error)}
              </Alert>
            ) : null}
            <Group justify="flex-end" gap="sm">
              <Button variant="default" onClick={onDone}>
                Back
              </Button>
              <Button
                type="submit"
                loading={put.isPending}
                disabled={missing.length > 0 || isRefusal(preview.error) || !isReason(reason)}
              >
                Save policy
              </Button>
            </Group>
            {!isReason(reason) ? (
              <Text size="xs" c="dimmed" ta="right">
                Say why, and it can be saved.
              </Text>
            ) : null}
          </Stack>
        </div>
      </form>
    </Section>
  );
}

/** What is set at the scope; where nothing is, what decides now, as something to begin with. */
function startOf(of: BinPolicy, policyId: string, shadow: boolean | undefined): PolicyDraft {
  const set = of.chain.find((link) => link.policyId === policyId)?.inEffect ?? of.policy;
  const draft = draftOf(set);
  return shadow === undefined ? draft : { ...draft, values: { ...draft.values, shadow } };
}

function problemsOf(error: unknown): Readonly<Record<string, string>> {
  return isRefusal(error) ? problemsByField(error.problems) : {};
}

function isRefusal(error: unknown): error is ApiFailure {
  return error instanceof ApiFailure && error.problems.length > 0;
}

function savedWords(changed: boolean, effectiveFromMs: number | undefined): string {
  if (!changed) return 'It said the same already: nothing changed.';
  return effectiveFromMs === undefined
    ? 'Saved; it decides now.'
    : `Saved; it takes effect on ${describeTime(effectiveFromMs)}.`;
}
