import type { OrderProof } from '../api/types';
import { describeTime } from '../time/describe-age';
import { describeName, describeNumber, isObject, isTime, textAt, withUnit } from './proof-words';

export interface Figure {
  label: string;
  value: string;
}

/** Says one value in words; undefined where it says nothing worth a line. */
type Words = (value: unknown, unit: string | undefined) => string | undefined;

const pieces: Words = (value, unit) => (typeof value === 'number' ? withUnit(value, unit) : undefined);
const amountOf =
  (one: string, many: string): Words =>
  (value) =>
    typeof value === 'number' ? `${describeNumber(value)} ${value === 1 ? one : many}` : undefined;

const FIGURES: Readonly<Record<string, { label: string; words: Words }>> = {
  onHand: { label: 'On hand', words: pieces },
  onOrder: { label: 'On order', words: pieces },
  reserved: { label: 'Reserved', words: pieces },
  backordered: { label: 'Backordered', words: pieces },
  inventoryPosition: { label: 'Inventory position', words: pieces },
  observedAtMs: { label: 'Measured', words: (value) => describeUnknown('observedAtMs', value) },
  openLines: { label: 'Open orders', words: describeOpenLines },
  reorderPoint: { label: 'Order at or below', words: pieces },
  orderUpTo: { label: 'Fill up to', words: pieces },
  reorderQuantity: { label: 'Order each time', words: pieces },
  binQuantity: { label: 'One bin holds', words: pieces },
  safetyStock: { label: 'Safety stock', words: pieces },
  confirmSeconds: {
    label: 'Low must last',
    words: (value) => (value === 0 ? undefined : amountOf('s', 's')(value, '')),
  },
  autoApprove: { label: 'Approval', words: (value) => (value === false ? 'by a person' : 'by the policy') },
  shadow: { label: 'Trial', words: (value) => (value === true ? 'orders nothing' : undefined) },
  target: { label: 'Service level', words: describeRatio },
  cycleDays: { label: 'One order is for', words: amountOf('day', 'days') },
  reviewDays: { label: 'Review days', words: describeDays },
  cutOff: { label: 'Review at', words: (value) => (typeof value === 'string' ? value : undefined) },
};

const ORDER = Object.keys(FIGURES);

/** Short labelled figures, those that are known in a fixed order; other names are put into words and come last. */
export function figuresOf(facts: Readonly<Record<string, unknown>>, unit: string | undefined): Figure[] {
  const known = ORDER.filter((name) => Object.hasOwn(facts, name));
  const unknown = Object.keys(facts).filter((name) => !ORDER.includes(name));
  return [...known, ...unknown].flatMap((name) => {
    const figure = ORDER.includes(name) ? FIGURES[name] : undefined;
    const value = figure ? figure.words(facts[name], unit) : describeUnknown(name, facts[name]);
    return value === undefined ? [] : [{ label: figure?.label ?? describeName(name.replace(/AtMs$/, '')), value }];
  });
}

/** Nested values are left to the raw details. */
function describeUnknown(name: string, value: unknown): string | undefined {
  if (name.endsWith('AtMs') && isTime(value)) return describeTime(value);
  if (typeof value === 'number') return describeNumber(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function describeOpenLines(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.flatMap((line) => (isObject(line) ? [textAt(line, 'orderNumber')] : [])).filter(Boolean);
  return numbers.length === 0 ? undefined : [...new Set(numbers)].join(', ');
}

function describeRatio(value: unknown): string | undefined {
  return typeof value === 'number' ? `${describeNumber(value * 100)} %` : undefined;
}

function describeDays(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.map((day) => describeName(String(day))).join(', ');
}

const POLICY_WORDS: Readonly<Record<string, string>> = {
  MIN_MAX: 'min-max',
  FIXED_QUANTITY: 'fixed quantity',
  PERIODIC: 'periodic review',
  SERVICE_LEVEL: 'service level',
  KANBAN_TWO_BIN: 'two bins',
  LOT_FOR_LOT: 'lot for lot',
  DO_NOT_STOCK: 'only on demand',
};

export function describePolicy({ type, version }: { type: string; version: number }): string {
  const words = Object.hasOwn(POLICY_WORDS, type) ? POLICY_WORDS[type] : describeName(type).toLowerCase();
  return version > 0 ? `${words}, version ${version}` : `${words}`;
}

export interface ArithmeticStep {
  /** "+", "−" or "=" to what stands above; else empty. */
  sign: string;
  label: string;
  value: string;
}

const SIGNS: Readonly<Record<string, string>> = {
  'on order': '+',
  reserved: '−',
  backordered: '−',
  'inventory position': '=',
  'ordered in stock units': '=',
};
const STEP_WORDS: Readonly<Record<string, string>> = {
  'reorder point': 'Reorder point: order at or below',
  'ordered in stock units': 'Ordered',
};
const LEAD_TIME = 'lead time of ';
/** Of a supplier without limits: a step that changes nothing. */
const NO_LIMITS = 'minimum 1, multiple 1';

export function arithmeticSteps(
  arithmetic: OrderProof['arithmetic'],
  units: { unit: string | undefined; orderUnit: string | undefined },
): ArithmeticStep[] {
  return arithmetic
    .filter(({ step }) => step !== NO_LIMITS)
    .map(({ step, value }) => {
      const words = STEP_WORDS[step] ?? step.charAt(0).toUpperCase() + step.slice(1);
      const sign = SIGNS[step] ?? '';
      if (step.startsWith(LEAD_TIME))
        return { sign, label: words.replace(' in days', ''), value: withUnit(value, value === 1 ? 'day' : 'days') };
      const inOrderUnits = /^(in |minimum )/.test(step);
      const times = inOrderUnits && units.orderUnit ? `${describeNumber(value)} × ${units.orderUnit}` : undefined;
      return { sign, label: words, value: times ?? withUnit(value, inOrderUnits ? undefined : units.unit) };
    });
}
