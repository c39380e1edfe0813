/**
 * What Tasmota's HX711 driver publishes on `tele/<topic>/SENSOR` (arendst/Tasmota xsns_34_hx711.ino): kilograms with
 * three decimals, negative weights clamped to 0, local time without a zone (here a device whose zone is UTC).
 */
export function encodeTasmotaWeight(grams: number, atMs: number): string {
  const wholeGrams = Math.max(0, Math.round(grams));
  const rawCounts = Math.round(grams * COUNTS_PER_GRAM);
  return JSON.stringify({
    Time: new Date(atMs).toISOString().slice(0, 19),
    HX711: { Weight: wholeGrams / 1_000, WeightRaw: rawCounts, AbsRaw: rawCounts + ABSOLUTE_ZERO_COUNTS },
  });
}

const COUNTS_PER_GRAM = 4.2;
const ABSOLUTE_ZERO_COUNTS = 105_222;
