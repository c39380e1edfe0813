const money = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Without a currency, which the service does not know: prices are in the supplier's. */
export function describeAmount(amountCents: number | null): string {
  return amountCents === null ? 'no price known' : money.format(amountCents / 100);
}
