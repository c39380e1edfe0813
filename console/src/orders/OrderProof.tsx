import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

import type { OrderProof as Proof } from '../api/types';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';
import classes from './OrderProof.module.css';
import { arithmeticSteps, describePolicy, figuresOf, type Figure } from './proof-figures';
import { ProofReadings } from './ProofReadings';

/** What the decision rested on, as it was at that moment: arithmetic, position, policy, readings. */
export function OrderProof({
  proof,
  unit,
  orderUnit,
}: {
  proof: Proof;
  unit: string | undefined;
  orderUnit: string | undefined;
}) {
  const { arithmetic, position, policy, readings } = proof;
  return (
    <Section title="Why this order">
      <Stack gap="lg">
        <Text size="sm" c="dimmed">
          Decided {describeTime(proof.decidedAtMs)}. What stands here was frozen at that moment and is never changed.
        </Text>
        <ProofPart title="The arithmetic">
          <ol className={classes['steps']}>
            {arithmeticSteps(arithmetic, { unit, orderUnit }).map(({ sign, label, value }, index) => (
              <li key={`${label}-${index}`} data-sum={sign === '='}>
                <span className={classes['sign']}>{sign}</span>
                <span>{label}</span>
                <span className={classes['value']}>{value}</span>
              </li>
            ))}
          </ol>
        </ProofPart>
        <div className={classes['pair']}>
          <ProofPart title="The position">
            <Figures figures={figuresOf(position, unit)} />
          </ProofPart>
          <ProofPart title={`The policy: ${describePolicy(policy)}`}>
            <Figures figures={figuresOf(policy.parameters, unit)} />
          </ProofPart>
        </div>
        {readings.length > 0 ? (
          <ProofPart title={readings.length === 1 ? 'The reading' : `The last ${readings.length} readings`}>
            <ProofReadings readings={readings} unit={unit} />
          </ProofPart>
        ) : null}
        <details className={classes['details']}>
          <summary>All details</summary>
          <pre>{JSON.stringify(proof, null, 2)}</pre>
        </details>
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

function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl className={classes['figures']}>
      {figures.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
