import type { EditOrder, OrderDetail } from '../api/types';

/** Order units by line number; '' while the field is empty. */
type Units = Readonly<Record<number, number | ''>>;

interface Wanted {
  units: Units;
  supplierId: string;
  /** As 2027-03-31, or ''. */
  day: string;
  note: string;
}

export function unitsOf({ lines }: OrderDetail): Record<number, number | ''> {
  return Object.fromEntries(
    lines.map((line) => [line.lineNumber, Math.round(line.orderedQuantity / line.stockUnitsPerOrderUnit)]),
  );
}

/** The day in this place's calendar, as a date field has it. */
export function isoDay(atMs: number | null): string {
  if (atMs === null) return '';
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Only what differs, with the version that was looked at; undefined if nothing does, or a quantity is missing. */
export function editOf(order: OrderDetail, { units, supplierId, day, note }: Wanted): EditOrder | undefined {
  const before = unitsOf(order);
  const changed = order.lines.filter(({ lineNumber }) => units[lineNumber] !== before[lineNumber]);
  const lines = changed.flatMap(({ lineNumber }) => {
    const orderedUnits = units[lineNumber];
    return typeof orderedUnits === 'number' && orderedUnits > 0 ? [{ lineNumber, orderedUnits }] : [];
  });
  if (lines.length !== changed.length) return undefined;
  const otherSupplier = supplierId !== order.supplierId;
  const edit: EditOrder = {
    // Another supplier has other packs: the service converts the quantities.
    ...(otherSupplier ? { supplierId } : lines.length > 0 ? { lines } : {}),
    ...(day !== '' && day !== isoDay(order.requestedDeliveryAtMs)
      ? { requestedDeliveryAtMs: new Date(`${day}T12:00:00`).getTime() }
      : {}),
    ...(note.trim() === (order.note ?? '') ? {} : { note: note.trim() === '' ? null : note.trim() }),
  };
  return Object.keys(edit).length === 0 ? undefined : { version: order.version, ...edit };
}
