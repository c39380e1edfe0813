/** ESPHome's MQTT sensor publishes the bare decimal text, without a time (esphome-docs components/mqtt.rst). */
export function encodeEsphomeWeight(grams: number, unit: 'g' | 'kg'): string {
  return unit === 'kg' ? (grams / 1_000).toFixed(3) : grams.toFixed(1);
}
