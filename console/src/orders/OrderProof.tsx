import { Stack, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { OrderProof as Proof } from '../api/types';
import { describeTime } from '../time/describe-age';
import { describeField, describeValue } from './proof-words';
import classes from './OrderPage.module.css';
import { Section } from '../shell/Section';

/** What the decision rested on, as it was at that moment: position, policy, arithmetic, readings. */
export function OrderProof({ proof }: { proof: Proof }) {
  return (
    <Section title="Why this order">
      <Stack gap="lg">
        <Text size="sm" c="dimmed">
          Decided {describeTime(proof.decidedAtMs)}. What stands here was frozen at that moment and is never changed.
        </Text>
        <ProofPart title="The arithmetic">
          <Table verticalSpacing={6} withRowBorders>
            <Table.Tbody>
              {proof.arithmetic.map(({ step, value }, index) => (
                <Table.Tr key={`${step}-${index}`}>
                  <Table.Td pl={0}>{step}</Table.Td>
                  <Table.Td ta="right" pr={0} fw={650}>
                    {value}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ProofPart>
        <div className={classes['facts']}>
          <ProofPart title="The position">
            <Facts facts={proof.position} />
          </ProofPart>
          <ProofPart title={`The policy: ${describeValue(proof.policy.type)}, version ${proof.policy.version}`}>
            <Facts facts={proof.policy.parameters} />
          </ProofPart>
          <ProofPart title={proof.readings.length === 1 ? 'The reading' : `The ${proof.readings.length} readings`}>
            <Stack gap="sm">
              {proof.readings.map((reading, index) => (
                <Facts key={index} facts={reading} />
              ))}
            </Stack>
          </ProofPart>
        </div>
      </Stack>
    </Section>
  );
}

function ProofPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Text fw={600} size="sm" mb={4} component="h3">
        {title}
      </Text>
      {children}
    </div>
  );
}

function Facts({ facts }: { facts: Readonly<Record<string, unknown>> }) {
  const rows = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined);
  return (
    <Table verticalSpacing={4} withRowBorders={false} striped layout="fixed">
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Td c="dimmed">{describeField(name)}</Table.Td>
            <Table.Td ta="right" style={{ overflowWrap: 'anywhere' }}>
              {describeFieldValue(name, value)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function describeFieldValue(name: string, value: unknown): string {
  return name.endsWith('AtMs') && typeof value === 'number' ? describeTime(value) : describeValue(value);
}
