/**
 * What Tasmota's HX711 driver publishes on `tele/<topic>/SENSOR` (arendst/Tasmota xsns_34_hx711.ino): kilograms with
 * three decimals, negative weights clamped to 0; WeightRaw in grams, not clamped; AbsRaw in counts; local time without a zone (here a device whose zone is UTC).
 */
export function encodeTasmotaWeight(grams: number, atMs: number): string {
  const wholeGrams = Math.round(grams);
  return JSON.stringify({
    Time: new Date(atMs).toISOString().slice(0, 19),
    HX711: {
      Weight: Math.max(0, wholeGrams) / 1_000,
      WeightRaw: wholeGrams,
      AbsRaw: Math.round(grams * COUNTS_PER_GRAM) + ZERO_COUNTS,
    },
  });
}

const COUNTS_PER_GRAM = 4.2;
const ZERO_COUNTS = 105_222;
