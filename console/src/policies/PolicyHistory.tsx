import { Select, Skeleton, Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { useSiteName } from '../api/site-names';
import type { BinPolicy, PolicyVersion } from '../api/types';
import { FailureState } from '../shell/states';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';
import { describeRule, describeScope } from './policy-words';
import { policyVersionsQuery } from './queries';

const STATE_WORDS: Readonly<Record<PolicyVersion['state'], string>> = {
  scheduled: 'will take effect',
  'in-effect': 'in effect',
  past: 'past',
};

/** The versions of one policy of the chain, with when, by whom and why. */
export function PolicyHistory({ of }: { of: BinPolicy }) {
  const siteName = useSiteName();
  const holding = of.chain.find(({ holds }) => holds) ?? of.chain[0];
  const [chosen, setChosen] = useState<string | null>(null);
  const policyId = chosen ?? holding?.policyId ?? '';
  const versions = useQuery({ ...policyVersionsQuery(policyId), enabled: policyId !== '' });
  const current = versions.data?.findIndex(({ state }) => state === 'in-effect') ?? -1;
  return (
    <Section title="Versions">
      <Select
        aria-label="Of which policy"
        mb="md"
        allowDeselect={false}
        value={policyId}
        onChange={setChosen}
        data={of.chain.map((link) => ({ value: link.policyId, label: describeScope(link.scope, siteName) }))}
      />
      {versions.isPending ? (
        <Skeleton role="status" height={120} radius="md" aria-label="Loading the versions" />
      ) : null}
      {versions.error ? <FailureState error={versions.error} onRetry={() => void versions.refetch()} /> : null}
      {versions.data?.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing was ever set here.
        </Text>
      ) : null}
      <Timeline active={current} bulletSize={16} lineWidth={2}>
        {(versions.data ?? []).map((version) => (
          <Timeline.Item
            key={version.version}
            title={
              version.type === 'INHERIT'
                ? 'Nothing set any more'
                : describeRule(version.type, version.parameters, of.item.unit)
            }
          >
            <Text size="sm">
              Version {version.version}, {STATE_WORDS[version.state]}
              {version.parameters['shadow'] === true ? ', in shadow mode' : ''} · from{' '}
              {describeTime(version.effectiveFromMs)}
            </Text>
            <Text size="xs" c="dimmed">
              {version.createdBy} · {describeTime(version.createdAtMs)}
              {version.reason === null ? '' : ` · “${version.reason}”`}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Section>
  );
}
