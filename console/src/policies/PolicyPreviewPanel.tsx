import { Badge, Group, Stack, Text } from '@mantine/core';

import type { PolicyPreview } from '../api/types';
import { describeCents } from '../approval-rules/money';
import { describeTime } from '../time/describe-age';
import { arithmeticSteps } from '../orders/proof-figures';
import classes from './policies.module.css';

const BINS_LISTED_MAX = 12;
type Bin = PolicyPreview['bins'][number];

/** What the policy would do now, in the words of the decision itself; nothing has happened yet. */
export function PolicyPreviewPanel({
  preview,
  waitsFor,
  unit,
  stale,
}: {
  preview: PolicyPreview | undefined;
  waitsFor: string | null;
  unit: string;
  stale: boolean;
}) {
  const [only] = preview?.bins ?? [];
  return (
    <section
      className={classes['preview']}
      aria-label="Preview"
      aria-live="polite"
      data-stale={stale && waitsFor === null}
    >
      <Group justify="space-between" mb={6}>
        <Text size="sm" c="dimmed" fw={600}>
          Preview · nothing is saved yet
        </Text>
      </Group>
      {preview === undefined || waitsFor !== null ? (
        <Text size="sm">{waitsFor ?? (stale ? 'Working it out…' : 'No preview while something is wrong above.')}</Text>
      ) : preview.binsInScope === 1 && only ? (
        <OneBin bin={only} unit={unit} />
      ) : (
        <ManyBins preview={preview} />
      )}
    </section>
  );
}

function OneBin({ bin, unit }: { bin: Bin; unit: string }) {
  const { proposed, current } = bin;
  const steps = arithmeticSteps(proposed.arithmetic, { unit, orderUnit: undefined });
  return (
    <Stack gap="xs">
      <Text className={classes['sentence'] ?? ''}>{proposed.sentence}</Text>
      <Group gap={6}>
        {proposed.reorderPoint === null ? null : (
          <Badge variant="light" tt="none">
            orders at ≤ {proposed.reorderPoint}
          </Badge>
        )}
        {proposed.orderUpTo === null ? null : (
          <Badge variant="light" tt="none">
            up to {proposed.orderUpTo}
          </Badge>
        )}
        {proposed.nextReviewAtMs === null ? null : (
          <Badge variant="light" color="blue" tt="none">
            next review {describeTime(proposed.nextReviewAtMs)}
          </Badge>
        )}
        {proposed.orders.map((order, index) => (
          <Badge key={index} variant="light" color="teal" tt="none">
            {order.amountCents === null ? 'price not known' : describeCents(order.amountCents)}
          </Badge>
        ))}
      </Group>
      {steps.length > 0 ? (
        <ol className={classes['steps']} aria-label="The arithmetic">
          {steps.map((step, index) => (
            <li key={index}>
              <span>
                {step.sign} {step.label}
              </span>
              <strong>{step.value}</strong>
            </li>
          ))}
        </ol>
      ) : null}
      <Text size="sm" c="dimmed">
        As it is: {current.type === null ? 'no policy. ' : ''}
        {current.sentence}
      </Text>
    </Stack>
  );
}

function ManyBins({ preview }: { preview: PolicyPreview }) {
  const { binsInScope, binsOverruled, binsDecided, binsOrdered, amountCents, bins } = preview;
  const follow = binsInScope - binsOverruled;
  return (
    <Stack gap="xs">
      <Text className={classes['sentence'] ?? ''}>
        {follow === 0
          ? 'It would decide about no bin now.'
          : `It would decide about ${follow} ${follow === 1 ? 'bin' : 'bins'}; ${binsOrdered} would be ordered for now${amountCents > 0 ? `, for ${describeCents(amountCents)} in all` : ''}.`}
      </Text>
      {binsOverruled > 0 ? (
        <Text size="sm" c="dimmed">
          {binsOverruled} of {binsInScope} in scope {binsOverruled === 1 ? 'has' : 'have'} a narrower policy, and stay
          as they are.
        </Text>
      ) : null}
      {binsDecided < follow ? (
        <Text size="sm" c="dimmed">
          Looked at the first {binsDecided}.
        </Text>
      ) : null}
      <Stack gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {bins.slice(0, BINS_LISTED_MAX).map((bin) => (
          <li key={`${bin.siteId}/${bin.binId}`}>
            <Text size="sm" fw={600}>
              {bin.item.name} · {bin.binName}
            </Text>
            <Text size="sm" c="dimmed">
              {bin.proposed.sentence}
            </Text>
          </li>
        ))}
      </Stack>
    </Stack>
  );
}
