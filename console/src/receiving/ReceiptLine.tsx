import { Badge, Button, Checkbox, Group, NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import type { OrderLine } from '../api/types';
import { differenceOf, type LineDraft } from './receipt-draft';
import classes from './ReceivePage.module.css';

const QUANTITY_MAX = 1_000_000_000;

/** One line: how many were expected, how many came, and what is printed on them. */
export function ReceiptLine({
  line,
  expected,
  draft,
  readOnly,
  onChange,
}: {
  line: OrderLine;
  expected: number;
  draft: LineDraft;
  readOnly: boolean;
  onChange: (next: LineDraft) => void;
}) {
  const [more, setMore] = useState(draft.lot !== '' || draft.expiresOn !== '');
  const difference = differenceOf(expected, draft);
  return (
    <section
      className={classes['line']}
      aria-label={`Line ${line.lineNumber}: ${line.itemName}`}
      data-done={!line.open}
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <div>
          <Text fw={650}>{line.itemName}</Text>
          <Text size="sm" c="dimmed">
            {line.sku} · into bin {line.binName} · {line.quantityText}
            {line.receivedQuantity > 0 ? ` · ${line.receivedQuantity} came already` : ''}
            {line.awaitingPutAwayQuantity > 0 ? ` · ${line.awaitingPutAwayQuantity} wait to be put into the bin` : ''}
          </Text>
        </div>
        <div className={classes['expected']}>
          <strong>{expected}</strong> {line.unit} expected
        </div>
      </Group>
      {readOnly ? null : (
        <>
          <div className={classes['count']}>
            <NumberInput
              label={`Came, in ${line.unit}`}
              aria-label={`How many ${line.unit} of ${line.itemName} came`}
              size="md"
              min={0}
              max={QUANTITY_MAX}
              allowDecimal={false}
              allowNegative={false}
              clampBehavior="strict"
              inputMode="numeric"
              hideControls
              value={draft.good}
              onChange={(value) => onChange({ ...draft, good: typeof value === 'number' ? value : '' })}
            />
            {expected > 0 ? (
              <Button variant="light" size="md" onClick={() => onChange({ ...draft, good: expected })}>
                All {expected}
              </Button>
            ) : null}
          </div>
          <Group gap="xs" mt="xs" mih="1.75rem">
            <DifferenceBadge difference={difference} unit={line.unit} />
            <Button
              variant="subtle"
              size="compact-sm"
              h="2.75rem"
              aria-expanded={more}
              onClick={() => setMore((shown) => !shown)}
            >
              {more ? 'Less' : 'Lot, expiry, damage'}
            </Button>
          </Group>
          {difference.kind === 'short' ? (
            <Checkbox
              mt="xs"
              label="The rest of this line will not come any more"
              checked={draft.restWillNotCome}
              onChange={(event) => onChange({ ...draft, restWillNotCome: event.currentTarget.checked })}
            />
          ) : null}
          {more ? <Labels line={line} draft={draft} onChange={onChange} /> : null}
        </>
      )}
    </section>
  );
}

function Labels({ line, draft, onChange }: { line: OrderLine; draft: LineDraft; onChange: (next: LineDraft) => void }) {
  return (
    <div className={classes['more']}>
      <TextInput
        label="Lot"
        maxLength={50}
        value={draft.lot}
        onChange={(event) => onChange({ ...draft, lot: event.currentTarget.value })}
      />
      <TextInput
        label="Use by"
        type="date"
        value={draft.expiresOn}
        onChange={(event) => onChange({ ...draft, expiresOn: event.currentTarget.value })}
      />
      <NumberInput
        label={`Not usable, in ${line.unit}`}
        description="Goes back; the line stays open for it."
        min={0}
        max={QUANTITY_MAX}
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="strict"
        inputMode="numeric"
        hideControls
        value={draft.bad}
        onChange={(value) => onChange({ ...draft, bad: typeof value === 'number' ? value : '' })}
      />
      <Select
        label="Because it is"
        data={[
          { value: 'damaged', label: 'damaged' },
          { value: 'wrong-item', label: 'not what was ordered' },
        ]}
        allowDeselect={false}
        value={draft.badBecause}
        onChange={(value) => onChange({ ...draft, badBecause: value === 'wrong-item' ? 'wrong-item' : 'damaged' })}
      />
    </div>
  );
}

function DifferenceBadge({ difference, unit }: { difference: ReturnType<typeof differenceOf>; unit: string }) {
  if (difference.kind === 'none') return null;
  const looks = {
    exact: { color: 'teal', text: 'as expected' },
    short: { color: 'orange', text: 'short' },
    over: { color: 'yellow', text: 'more than expected' },
  } as const;
  const { color, text } = looks[difference.kind];
  return (
    <Badge color={color} variant="light" tt="none" fw={650} role="status">
      {difference.kind === 'exact' ? text : `${difference.by} ${unit} ${text}`}
    </Badge>
  );
}
