import { Alert, Button, Group, NumberInput, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { describeFailure } from '../api/failure';
import { newId } from '../api/new-id';
import type { OrderDetail, OrderLine } from '../api/types';
import { Dialog } from '../shell/Dialog';
import { describeTime } from '../time/describe-age';
import { describeAnswer, orderedUnitsOf, startOf, toMessageLine, type LineAnswer } from './answer-lines';
import type { SupplierWord } from './mutations';
import classes from './supplier.module.css';

interface DialogProps {
  order: OrderDetail;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSay: (word: SupplierWord) => void;
}

/** Confirms each line, with another quantity or date where that is so. */
export function AcknowledgeDialog({ order, busy, error, onClose, onSay }: DialogProps) {
  const [answers, setAnswers] = useState(() => order.lines.map(startOf));
  const [theirs, setTheirs] = useState(order.supplierOrderNumber ?? '');
  // One message however often it is sent.
  const [messageId] = useState(() => newId());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const lines = order.lines.flatMap((line, index) => {
      const answer = answers[index];
      return answer ? [toMessageLine(answer, line)] : [];
    });
    const supplierOrderNumber = theirs.trim();
    onSay({ kind: 'acknowledge', body: { messageId, lines, ...(supplierOrderNumber ? { supplierOrderNumber } : {}) } });
  };
  return (
    <Dialog onClose={onClose} title={`Acknowledge ${order.orderNumber}`} size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          {error ? (
            <Alert color="red" variant="light" role="alert">
              {describeFailure(error)}
            </Alert>
          ) : null}
          {order.dueAtMs === null ? null : (
            <Text size="sm" c="dimmed">
              The customer expects it by {describeTime(order.dueAtMs)}.
            </Text>
          )}
          {order.lines.map((line, index) => {
            const answer = answers[index];
            return answer ? (
              <LineFields
                key={line.lineNumber}
                line={line}
                answer={answer}
                onChange={(next) => setAnswers(answers.map((each, at) => (at === index ? next : each)))}
              />
            ) : null;
          })}
          <TextInput
            label="Your order number"
            maxLength={64}
            value={theirs}
            onChange={(event) => setTheirs(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Back
            </Button>
            <Button type="submit" loading={busy}>
              Send answer
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function LineFields({
  line,
  answer,
  onChange,
}: {
  line: OrderLine;
  answer: LineAnswer;
  onChange: (answer: LineAnswer) => void;
}) {
  const ordered = orderedUnitsOf(line);
  return (
    <fieldset className={classes['line']}>
      <legend>{line.itemName}</legend>
      <Text size="sm" c="dimmed">
        Ordered: {line.quantityText}
      </Text>
      <div className={classes['fields']}>
        <NumberInput
          label={`You deliver (${line.orderUnit})`}
          min={0}
          max={ordered}
          clampBehavior="strict"
          allowDecimal={false}
          allowNegative={false}
          inputMode="numeric"
          value={answer.confirmedUnits}
          onChange={(next) => onChange({ ...answer, confirmedUnits: typeof next === 'number' ? next : 0 })}
        />
        <TextInput
          type="date"
          label="Delivery on"
          description={answer.promisedOn === '' ? 'as agreed' : null}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={answer.promisedOn}
          onChange={(event) => onChange({ ...answer, promisedOn: event.currentTarget.value })}
        />
      </div>
      {answer.confirmedUnits < ordered ? (
        <>
          <Switch
            mt="sm"
            label="The rest comes later"
            checked={answer.restLater}
            onChange={(event) => onChange({ ...answer, restLater: event.currentTarget.checked })}
          />
          <TextInput
            mt="sm"
            label="Why"
            maxLength={500}
            value={answer.reason}
            onChange={(event) => onChange({ ...answer, reason: event.currentTarget.value })}
          />
        </>
      ) : null}
      <Text size="sm" mt="sm" fw={600} role="status">
        {describeAnswer(answer, line)}
      </Text>
    </fieldset>
  );
}
