import { Stack, Text } from '@mantine/core';

import type { Receipt } from '../api/types';
import { Section } from '../shell/Section';
import { describeTime } from '../time/describe-age';

const SOURCE_WORDS: Readonly<Record<Receipt['source'], string>> = {
  asn: 'announced by the supplier',
  scale: 'seen by a scale',
  person: 'counted by a person',
  scan: 'scanned by a person',
};

/** What was booked on the order, and by whom. */
export function ReceiptHistory({ receipts }: { receipts: readonly Receipt[] }) {
  if (receipts.length === 0) return null;
  return (
    <Section title="What came so far">
      <Stack gap="sm" role="list" aria-label="What came so far">
        {receipts.map((receipt) => (
          <div key={receipt.receiptId} role="listitem">
            {receipt.lines.map((line, index) => (
              <Text key={index} size="sm">
                <strong>
                  {line.quantity} {line.unit}
                </strong>{' '}
                {line.itemName}
                {line.condition === 'good' ? '' : line.condition === 'damaged' ? ', damaged' : ', the wrong item'}
                {line.lot === null ? '' : `, lot ${line.lot}`}
                {line.expiresOn === null ? '' : `, use by ${line.expiresOn}`}
              </Text>
            ))}
            <Text size="xs" c="dimmed">
              {receipt.status === 'DISMISSED' ? 'Dismissed' : 'Booked'}
              {receipt.decidedAtMs === null ? '' : ` ${describeTime(receipt.decidedAtMs)}`}
              {receipt.decidedBy === null ? '' : ` by ${receipt.decidedBy}`}, {SOURCE_WORDS[receipt.source]}
              {receipt.reference === null ? '' : `, ${receipt.reference}`}
            </Text>
          </div>
        ))}
      </Stack>
    </Section>
  );
}
