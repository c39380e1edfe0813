import { isPolicyType, type PolicyType } from './policy-words';

/** `percent` is kept as a share and shown in hundredths; `money` in whole units of the currency. */
export type FieldKind = 'quantity' | 'count' | 'percent' | 'number';

export interface FieldSpec {
  name: string;
  label: string;
  help?: string;
  kind: FieldKind;
  suffix?: string;
  required?: true;
}

const REORDER_POINT: FieldSpec = {
  name: 'reorderPoint',
  label: 'Reorder point',
  help: 'Fires when the position is at or below it.',
  kind: 'quantity',
  required: true,
};
const ORDER_UP_TO: FieldSpec = {
  name: 'orderUpTo',
  label: 'Fill up to',
  help: 'Position after the order, before rounding to packs.',
  kind: 'quantity',
  required: true,
};

/** The numbers of each type; the service checks them, so nothing about their limits stands here twice. */
export const TYPE_FIELDS: Readonly<Record<PolicyType, readonly FieldSpec[]>> = {
  MIN_MAX: [REORDER_POINT, ORDER_UP_TO],
  FIXED_QUANTITY: [
    REORDER_POINT,
    { name: 'reorderQuantity', label: 'Order each time', kind: 'quantity', required: true },
  ],
  PERIODIC: [ORDER_UP_TO],
  SERVICE_LEVEL: [
    {
      name: 'target',
      label: 'Cycle service level',
      help: 'Share of order cycles without a stock-out.',
      kind: 'percent',
      suffix: ' %',
    },
    {
      name: 'missingUnitCostPerDay',
      label: 'Or: a missing unit costs a day',
      help: 'Cheap parts are then kept for a higher service than dear ones.',
      kind: 'number',
    },
    { name: 'cycleDays', label: 'One order is for', kind: 'count', suffix: ' days' },
    { name: 'holdingRatePerYear', label: 'A year on the shelf costs', kind: 'percent', suffix: ' % of the price' },
  ],
  KANBAN_TWO_BIN: [{ name: 'binQuantity', label: 'One bin holds', kind: 'quantity', required: true }],
  LOT_FOR_LOT: [],
  DO_NOT_STOCK: [],
};

export const COMMON_FIELDS: readonly FieldSpec[] = [
  { name: 'safetyStock', label: 'Safety stock', kind: 'quantity' },
  { name: 'confirmSeconds', label: 'A low must last', kind: 'count', suffix: ' s' },
  {
    name: 'emergencyPoint',
    label: 'Emergency at or below',
    help: 'On hand; ordered at once, from whoever is fastest.',
    kind: 'quantity',
  },
  { name: 'notAgainWithinHours', label: 'Not again within', kind: 'count', suffix: ' h' },
  { name: 'minimumNeed', label: 'Smallest need', help: 'A smaller one waits until it has grown.', kind: 'quantity' },
  {
    name: 'usableDaysLeft',
    label: 'Lots count until',
    help: 'Days before they expire.',
    kind: 'count',
    suffix: ' days',
  },
];

export const COMMON_SWITCHES = [
  {
    name: 'autoApprove',
    label: 'Orders go out without a person',
    off: 'Each order waits for a person.',
    initially: true,
  },
  { name: 'overflow', label: 'May order more than fits into the bin', off: '', initially: false },
  {
    name: 'roundUpToPriceBreak',
    label: 'Round up to a price break where it is cheaper in all',
    off: '',
    initially: false,
  },
] as const;

export interface PolicyDraft {
  /** INHERIT: nothing is set at the scope any more. */
  type: PolicyType | 'INHERIT';
  /** As in the API; a field that is empty is absent. */
  values: Readonly<Record<string, unknown>>;
}

/** The form filled with a policy as it stands; null: nothing is set. What a job computed is not the person's to change. */
export function draftOf(policy: { type: string; parameters: Readonly<Record<string, unknown>> } | null): PolicyDraft {
  if (policy === null || !isPolicyType(policy.type)) return { type: 'MIN_MAX', values: {} };
  const { computed: _computed, ...values } = policy.parameters;
  return { type: policy.type, values: onlyOf(policy.type, values) };
}

/** The body that the API takes: the type with its own numbers, and what every policy may say. */
export function policyOf({ type, values }: PolicyDraft): Record<string, unknown> | null {
  return type === 'INHERIT' ? null : { type, ...onlyOf(type, values) };
}

function onlyOf(type: PolicyType, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = new Set([
    ...TYPE_FIELDS[type].map(({ name }) => name),
    ...COMMON_FIELDS.map(({ name }) => name),
    ...COMMON_SWITCHES.map(({ name }) => name),
    ...(type === 'PERIODIC' ? ['reviewDays', 'cutOff'] : []),
    'shadow',
    'supplierBy',
  ]);
  // Of a service level the safety stock is computed, like the rest.
  if (type === 'SERVICE_LEVEL') names.delete('safetyStock');
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => names.has(name) && value !== undefined));
}

/** What the service says is wrong, by field; under '' what belongs to none. */
export function problemsByField(
  problems: readonly { where: string; what: string }[],
): Readonly<Record<string, string>> {
  const byField: Record<string, string> = {};
  for (const { where, what } of problems) {
    const [, field = ''] = /^body\.policy\.(\w+)/.exec(where) ?? [];
    byField[field] ??= what;
  }
  return byField;
}

/** Fields that must be filled before the service is asked: an untouched form is no mistake yet. */
export function missingFields({ type, values }: PolicyDraft): string[] {
  if (type === 'INHERIT') return [];
  const missing = TYPE_FIELDS[type]
    .filter(({ name, required }) => required && values[name] === undefined)
    .map(({ name }) => name);
  const { reviewDays } = values;
  if (type === 'PERIODIC' && !(Array.isArray(reviewDays) && reviewDays.length > 0)) missing.push('reviewDays');
  if (type === 'SERVICE_LEVEL' && values['target'] === undefined && values['missingUnitCostPerDay'] === undefined) {
    missing.push('target');
  }
  return missing;
}
