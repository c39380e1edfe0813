import { Accordion, Chip, Group, Input, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core';

import classes from './policies.module.css';
import { COMMON_FIELDS, COMMON_SWITCHES, TYPE_FIELDS, type FieldSpec, type PolicyDraft } from './policy-form';
import { isPolicyType, POLICY_TYPES } from './policy-words';

const WEEKDAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'] as const;
const PERCENT = 100;

interface FieldsProps {
  draft: PolicyDraft;
  unit: string;
  /** What is wrong, by field. */
  problems: Readonly<Record<string, string>>;
  onChange: (draft: PolicyDraft) => void;
}

/** The type and its numbers, then what every policy may say. */
export function PolicyFields({ draft, unit, problems, onChange }: FieldsProps) {
  const { type, values } = draft;
  const set = (name: string, value: unknown): void => onChange({ type, values: { ...values, [name]: value } });
  const meaning = POLICY_TYPES.find(({ value }) => value === type)?.meaning;
  const field = (spec: FieldSpec) => (
    <NumberField
      key={spec.name}
      spec={spec}
      unit={unit}
      value={values[spec.name]}
      problem={problems[spec.name]}
      onSet={set}
    />
  );
  return (
    <Stack gap="md">
      <Select
        label="Policy"
        description={meaning ?? 'Nothing is set here any more: the next wider scope decides.'}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        allowDeselect={false}
        value={type}
        onChange={(next) => {
          if (next === 'INHERIT' || (next !== null && isPolicyType(next))) onChange({ type: next, values });
        }}
        data={[...POLICY_TYPES.map(({ value, label }) => ({ value, label })), { value: 'INHERIT', label: 'Inherit' }]}
      />
      {type === 'INHERIT' ? null : (
        <>
          <div className={classes['fields']}>
            {TYPE_FIELDS[type].map(field)}
            {type === 'LOT_FOR_LOT' ? COMMON_FIELDS.filter(({ name }) => name === 'safetyStock').map(field) : null}
          </div>
          {type === 'PERIODIC' ? <ReviewFields values={values} problems={problems} onSet={set} /> : null}
          <Switch
            label="Shadow mode"
            description="Decides and says what it would have ordered, and orders nothing."
            checked={values['shadow'] === true}
            onChange={(event) => set('shadow', event.currentTarget.checked)}
          />
          <Accordion variant="contained">
            <Accordion.Item value="more">
              <Accordion.Control>More settings</Accordion.Control>
              <Accordion.Panel>
                <Stack gap="md">
                  <div className={classes['fields']}>
                    {COMMON_FIELDS.filter(
                      ({ name }) => name !== 'safetyStock' || (type !== 'SERVICE_LEVEL' && type !== 'LOT_FOR_LOT'),
                    ).map(field)}
                  </div>
                  <MoreChoices values={values} onSet={set} />
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
        </>
      )}
    </Stack>
  );
}

type Setter = (name: string, value: unknown) => void;

function NumberField({
  spec,
  unit,
  value,
  problem,
  onSet,
}: {
  spec: FieldSpec;
  unit: string;
  value: unknown;
  problem: string | undefined;
  onSet: Setter;
}) {
  const { kind, suffix = kind === 'quantity' ? ` ${unit}` : '' } = spec;
  const whole = kind === 'quantity' || kind === 'count';
  const shown = typeof value !== 'number' ? '' : kind === 'percent' ? Math.round(value * PERCENT * 100) / 100 : value;
  return (
    <NumberInput
      label={spec.label}
      description={spec.help}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      required={spec.required === true}
      withAsterisk={false}
      allowDecimal={!whole}
      allowNegative={false}
      suffix={suffix}
      inputMode={whole ? 'numeric' : 'decimal'}
      value={shown}
      error={problem}
      onChange={(next) => {
        if (typeof next !== 'number') onSet(spec.name, undefined);
        else onSet(spec.name, kind === 'percent' ? Math.round(next * PERCENT) / (PERCENT * PERCENT) : next);
      }}
    />
  );
}

function ReviewFields({
  values,
  problems,
  onSet,
}: {
  values: PolicyDraft['values'];
  problems: Readonly<Record<string, string>>;
  onSet: Setter;
}) {
  const days = Array.isArray(values['reviewDays']) ? values['reviewDays'].map(String) : [];
  return (
    <div className={classes['fields']}>
      <Input.Wrapper label="Review days" error={problems['reviewDays']}>
        <Chip.Group multiple value={days} onChange={(next) => onSet('reviewDays', next)}>
          <Group gap={6} mt={4}>
            {WEEKDAYS.map((day) => (
              <Chip key={day} value={day} size="sm">
                {day.charAt(0) + day.slice(1).toLowerCase()}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      <TextInput
        type="time"
        label="Cut-off"
        description="In the time of the site."
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={typeof values['cutOff'] === 'string' ? values['cutOff'] : '06:00'}
        error={problems['cutOff']}
        onChange={(event) => onSet('cutOff', event.currentTarget.value)}
      />
    </div>
  );
}

function MoreChoices({ values, onSet }: { values: PolicyDraft['values']; onSet: Setter }) {
  return (
    <>
      <Select
        label="Who is asked first"
        allowDeselect={false}
        value={typeof values['supplierBy'] === 'string' ? values['supplierBy'] : 'preference'}
        onChange={(next) => onSet('supplierBy', next ?? 'preference')}
        data={[
          { value: 'preference', label: 'The preferred supplier' },
          { value: 'price', label: 'The cheapest for the whole order' },
          { value: 'leadTime', label: 'The fastest' },
        ]}
      />
      {COMMON_SWITCHES.map(({ name, label, off, initially }) => {
        const on = typeof values[name] === 'boolean' ? values[name] : initially;
        return (
          <Switch
            key={name}
            label={label}
            description={on || off === '' ? undefined : off}
            checked={on}
            onChange={(event) => onSet(name, event.currentTarget.checked)}
          />
        );
      })}
      <Text size="xs" c="dimmed">
        What stays empty is as usual.
      </Text>
    </>
  );
}
