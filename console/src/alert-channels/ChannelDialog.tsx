import { Button, Group, NumberInput, SegmentedControl, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { sitesQuery } from '../api/site-names';
import type { AlertChannel } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { FailureNote } from '../shell/states';
import { channelIdOf, KIND_WORDS, LEVEL_WORDS, SEVERITY_WORDS } from './channel-words';
import { putChannelMutation, type ChannelToPut } from './queries';

const DIGEST_MINUTES_MAX = 1_440;
const NEW: ChannelToPut = {
  channelId: '',
  kind: 'email',
  target: '',
  minSeverity: 'warning',
  escalationLevel: 0,
  digestMinutes: 5,
  quietHours: null,
};

/** Somebody is told of alerts: where, of which, when, and when not. */
export function ChannelDialog({
  channel,
  taken,
  onClose,
}: {
  channel: AlertChannel | 'new';
  taken: readonly string[];
  onClose: () => void;
}) {
  const [draft, setDraft] = useState<ChannelToPut>(() => (channel === 'new' ? NEW : settingsOf(channel)));
  const put = useMutation(putChannelMutation(useQueryClient()));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const target = draft.target.trim();
    const channelId = channel === 'new' ? channelIdOf(target, taken) : draft.channelId;
    put.mutate({ ...draft, channelId, target }, { onSuccess: onClose });
  };
  return (
    <Dialog onClose={onClose} title={channel === 'new' ? 'New channel' : 'Change channel'}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <FailureNote error={put.error} />
          <PlaceFields draft={draft} onChange={setDraft} />
          <WhatFields draft={draft} onChange={setDraft} />
          {draft.minSeverity === 'critical' ? null : <QuietFields draft={draft} onChange={setDraft} />}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={put.isPending} disabled={draft.target.trim() === ''}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  draft: ChannelToPut;
  onChange: (draft: ChannelToPut) => void;
}

function PlaceFields({ draft, onChange }: FieldsProps) {
  const isEmail = draft.kind === 'email';
  return (
    <>
      <SegmentedControl
        aria-label="How"
        fullWidth
        value={draft.kind}
        onChange={(kind) => onChange({ ...draft, kind: kind === 'webhook' ? 'webhook' : 'email' })}
        data={Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label }))}
      />
      <TextInput
        label={isEmail ? 'Email address' : 'Address of the webhook'}
        description={isEmail ? 'A person, or a list such as the night shift' : 'It is posted CloudEvents, as JSON'}
        type={isEmail ? 'email' : 'url'}
        inputMode={isEmail ? 'email' : 'url'}
        required
        maxLength={500}
        value={draft.target}
        onChange={(event) => onChange({ ...draft, target: event.currentTarget.value })}
        data-autofocus
      />
    </>
  );
}

function WhatFields({ draft, onChange }: FieldsProps) {
  const severities = Object.entries(SEVERITY_WORDS).map(([value, label]) => ({ value, label }));
  return (
    <>
      <Select
        label="Of what"
        allowDeselect={false}
        value={draft.minSeverity}
        onChange={(next) => {
          if (next === 'info' || next === 'warning' || next === 'critical') onChange({ ...draft, minSeverity: next });
        }}
        data={severities}
      />
      <Select
        label="When"
        allowDeselect={false}
        value={String(draft.escalationLevel)}
        onChange={(next) => onChange({ ...draft, escalationLevel: Number(next ?? 0) })}
        data={LEVEL_WORDS.map((label, level) => ({ value: String(level), label }))}
      />
      {draft.minSeverity === 'critical' ? null : (
        <NumberInput
          label="Gathered into one message for"
          description="Critical alerts never wait. 0: each by itself"
          suffix=" min"
          min={0}
          max={DIGEST_MINUTES_MAX}
          allowDecimal={false}
          clampBehavior="strict"
          value={draft.digestMinutes}
          onChange={(next) => onChange({ ...draft, digestMinutes: typeof next === 'number' ? next : 0 })}
        />
      )}
    </>
  );
}

function QuietFields({ draft, onChange }: FieldsProps) {
  const sites = useQuery(sitesQuery());
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { quietHours } = draft;
  const zones = new Set([...(sites.data?.items ?? []).map(({ timeZone }) => timeZone), here, 'UTC']);
  if (quietHours) zones.add(quietHours.timeZone);
  return (
    <>
      <Switch
        label="Quiet hours"
        description="Then only critical alerts; the rest comes in one message afterwards"
        checked={quietHours !== null}
        onChange={(event) => {
          const timeZone = sites.data?.items[0]?.timeZone ?? here;
          onChange({
            ...draft,
            quietHours: event.currentTarget.checked ? { from: '22:00', to: '06:00', timeZone } : null,
          });
        }}
      />
      {quietHours === null ? null : (
        <>
          <Group grow gap="sm" align="flex-end">
            {(['from', 'to'] as const).map((end) => (
              <TextInput
                key={end}
                type="time"
                label={end === 'from' ? 'From' : 'To'}
                required
                value={quietHours[end]}
                onChange={(event) =>
                  onChange({ ...draft, quietHours: { ...quietHours, [end]: event.currentTarget.value } })
                }
              />
            ))}
          </Group>
          <Select
            label="By the clock of"
            allowDeselect={false}
            value={quietHours.timeZone}
            onChange={(timeZone) => {
              if (timeZone !== null) onChange({ ...draft, quietHours: { ...quietHours, timeZone } });
            }}
            data={[...zones]}
          />
        </>
      )}
    </>
  );
}

function settingsOf({ failures: _failures, lastError: _lastError, ...settings }: AlertChannel): ChannelToPut {
  return settings;
}
