import type { EffectivePolicy, PolicyScope } from '../api/types';

type Parameters = Readonly<Record<string, unknown>>;

export const POLICY_TYPES = [
  { value: 'MIN_MAX', label: 'Min–max', meaning: 'At or below the reorder point, fill up to the maximum.' },
  {
    value: 'FIXED_QUANTITY',
    label: 'Fixed quantity',
    meaning: 'At or below the reorder point, order the same quantity.',
  },
  {
    value: 'PERIODIC',
    label: 'Periodic review',
    meaning: 'On review days, at the cut-off in the site’s time, fill up.',
  },
  {
    value: 'SERVICE_LEVEL',
    label: 'Service level',
    meaning: 'Reorder point and maximum are computed from demand, lead time and the service you want.',
  },
  { value: 'KANBAN_TWO_BIN', label: 'Two bins', meaning: 'When one bin is empty, order one.' },
  { value: 'LOT_FOR_LOT', label: 'Lot for lot', meaning: 'Order exactly what is missing, and nothing ahead.' },
  { value: 'DO_NOT_STOCK', label: 'Only on demand', meaning: 'Never ahead: only what is backordered or reserved.' },
] as const;
export type PolicyType = (typeof POLICY_TYPES)[number]['value'];

export function isPolicyType(type: string): type is PolicyType {
  return POLICY_TYPES.some(({ value }) => value === type);
}

export function labelOfType(type: string): string {
  return POLICY_TYPES.find(({ value }) => value === type)?.label ?? type;
}

/** "Min–max: at ≤ 20, up to 60 pcs". */
export function describeRule(type: string, parameters: Parameters, unit: string): string {
  const words = ruleOf(type, parameters, unit);
  return words === '' ? labelOfType(type) : `${labelOfType(type)}: ${words}`;
}

function ruleOf(type: string, parameters: Parameters, unit: string): string {
  const number = (name: string): string => (typeof parameters[name] === 'number' ? String(parameters[name]) : '?');
  switch (type) {
    case 'MIN_MAX':
      return `at ≤ ${number('reorderPoint')}, up to ${number('orderUpTo')} ${unit}`;
    case 'FIXED_QUANTITY':
      return `at ≤ ${number('reorderPoint')}, ${number('reorderQuantity')} ${unit} each time`;
    case 'PERIODIC':
      return `${daysOf(parameters)}, up to ${number('orderUpTo')} ${unit}`;
    case 'SERVICE_LEVEL':
      return serviceOf(parameters, unit);
    case 'KANBAN_TWO_BIN':
      return `${number('binQuantity')} ${unit} a bin`;
    case 'LOT_FOR_LOT':
      return `keeps ${number('safetyStock')} ${unit}`;
    default:
      return '';
  }
}

function serviceOf(parameters: Parameters, unit: string): string {
  const { target, reorderPoint, orderUpTo } = parameters;
  const wanted =
    typeof target === 'number' ? `${Math.round(target * 1_000) / 10} % of cycles` : 'by the cost of a missing unit';
  if (typeof reorderPoint !== 'number' || typeof orderUpTo !== 'number') return `${wanted}, not enough history yet`;
  return `${wanted}, now at ≤ ${reorderPoint}, up to ${orderUpTo} ${unit}`;
}

function daysOf(parameters: Parameters): string {
  const { reviewDays, cutOff } = parameters;
  const at = typeof cutOff === 'string' ? ` ${cutOff}` : '';
  if (!Array.isArray(reviewDays)) return `on review days${at}`;
  return reviewDays.map((day) => String(day).charAt(0) + String(day).slice(1).toLowerCase()).join(', ') + at;
}

/** Where a policy was set, from the place of one bin: "this bin", "the item at every site". */
export function describeScope(scope: PolicyScope, siteName: (siteId: string) => string): string {
  const at = scope.siteId === undefined ? 'every site' : siteName(scope.siteId);
  switch (scope.scope) {
    case 'bin':
      return 'This bin';
    case 'item':
      return `The item, at ${at}`;
    case 'class':
      return `Class ${scope.itemClass}, at ${at}`;
    default:
      return `Everything at ${at}`;
  }
}

export function scopeOfHeld(held: NonNullable<EffectivePolicy['policy']>, of: EffectivePolicy): PolicyScope {
  const at = held.siteId === null ? {} : { siteId: held.siteId };
  switch (held.scope) {
    case 'bin':
      return { scope: 'bin', siteId: of.siteId, binId: of.binId };
    case 'item':
      return { scope: 'item', itemId: of.item.itemId, ...at };
    case 'class':
      return { scope: 'class', itemClass: held.itemClass ?? of.itemClass ?? '', ...at };
    default:
      return { scope: 'site', siteId: of.siteId };
  }
}
