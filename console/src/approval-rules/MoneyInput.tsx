import { NumberInput } from '@mantine/core';

/** An amount, shown in whole units of the currency and kept in cents. */
export function MoneyInput({
  label,
  description,
  required = false,
  cents,
  onChange,
}: {
  label: string;
  description?: string;
  required?: boolean;
  cents: number;
  onChange: (cents: number) => void;
}) {
  return (
    <NumberInput
      label={label}
      description={description}
      required={required}
      min={0}
      decimalScale={2}
      thousandSeparator=" "
      inputMode="decimal"
      value={cents / 100}
      onChange={(next) => onChange(typeof next === 'number' ? Math.round(next * 100) : 0)}
    />
  );
}
