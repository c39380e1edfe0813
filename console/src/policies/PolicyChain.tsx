import { Badge, Button, Group, Text } from '@mantine/core';

import { useSiteName } from '../api/site-names';
import type { BinPolicy, PolicyScope } from '../api/types';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';
import classes from './policies.module.css';
import { describeRule, describeScope } from './policy-words';

/** Every scope that could decide about the bin, the narrowest first; the first with a policy does. */
export function PolicyChain({ of, onEdit }: { of: BinPolicy; onEdit?: (scope: PolicyScope) => void }) {
  const siteName = useSiteName();
  return (
    <Section title="Where it comes from">
      <Text size="sm" c="dimmed" mb="xs">
        The narrowest that is set decides.
      </Text>
      {of.chain.map((link) => (
        <div key={link.policyId} className={classes['link']} data-holds={link.holds}>
          <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
            <div>
              <Group gap={6}>
                <Text size="sm" fw={link.holds ? 650 : 500}>
                  {describeScope(link.scope, siteName)}
                </Text>
                {link.holds ? (
                  <Badge size="sm" variant="light" tt="none">
                    decides
                  </Badge>
                ) : null}
              </Group>
              <Text size="sm" c="dimmed">
                {link.inEffect === null
                  ? 'Nothing set'
                  : describeRule(link.inEffect.type, link.inEffect.parameters, of.item.unit)}
              </Text>
              {link.scheduled.map((version) => (
                <Text key={version.version} size="sm">
                  From {describeTime(version.effectiveFromMs)}:{' '}
                  {version.type === 'INHERIT'
                    ? 'nothing set any more'
                    : describeRule(version.type, version.parameters, of.item.unit)}
                </Text>
              ))}
            </div>
            {onEdit ? (
              <Button
                variant="subtle"
                size="compact-md"
                flex="none"
                aria-label={`${link.inEffect === null ? 'Set' : 'Change'}: ${describeScope(link.scope, siteName)}`}
                onClick={() => onEdit(link.scope)}
              >
                {link.inEffect === null ? 'Set…' : 'Change…'}
              </Button>
            ) : null}
          </Group>
        </div>
      ))}
    </Section>
  );
}
