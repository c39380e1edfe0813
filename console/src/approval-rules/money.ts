const money = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** 120000 → "1,200.00". The currency is the supplier's, and is not said by the API. */
export function describeCents(cents: number): string {
  return money.format(cents / 100);
}

/** For sums at a glance: no decimals from a thousand on. */
export function describeSum(cents: number): string {
  return cents >= 100_000 ? whole.format(cents / 100) : describeCents(cents);
}
