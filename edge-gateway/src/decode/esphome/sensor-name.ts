/**
 * ESPHome publishes bare numbers, and nearly every device has more sensors than its scale. Their names, made of the words
 * that the configuration's author chose, tell which of them is no weight.
 */

/** What a sensor's name says it measures; `none` is something that a reading has no place for. */
type Quantity = 'load' | 'distance' | 'level' | 'temperature' | 'none';

const WORDS: Readonly<Record<Quantity, readonly string[]>> = {
  load: [
    'weight', 'gewicht', 'poids', 'peso', 'scale', 'waage', 'hx711', 'load', 'loadcell', 'mass', 'grams', 'net', 'gross',
  ],
  distance: ['distance', 'ultrasonic', 'abstand', 'entfernung', 'distanz', 'tof'],
  level: ['level', 'fuellstand', 'pegel'],
  temperature: ['temperature', 'temperatur', 'temp'],
  none: [
    'humidity', 'feuchtigkeit', 'luftfeuchtigkeit', 'moisture', 'uptime', 'voltage', 'spannung', 'current', 'power',
    'energy', 'pressure', 'luftdruck', 'illuminance', 'lux', 'brightness', 'light', 'noise', 'sound', 'co2', 'tvoc',
    'pm25', 'heap', 'memory', 'psram', 'block', 'fragmentation', 'cpu', 'loop', 'version', 'ip', 'ssid', 'bssid', 'mac',
    'signal', 'rssi', 'wifi', 'reset', 'reason', 'frequency', 'speed', 'rpm', 'duration', 'runtime', 'timestamp',
  ],
}; // prettier-ignore

const QUANTITY_OF_WORD: ReadonlyMap<string, Quantity> = new Map(
  Object.entries(WORDS).flatMap(([quantity, words]) => words.map((word) => [word, quantity as Quantity] as const)),
);

/** These levels and loads are none of a bin's contents. */
const OTHER_LEVEL = /(sound|noise|light|signal|co2|power|wifi)_level$|(cpu|system|power)_load$/;

/**
 * @param unitOfDevice the constant `unit`, which is the unit of everything whose name does not say otherwise
 * @returns the unit of the sensor's state; `none` if its state is no reading; undefined for raw counts
 */
export function unitByName(name: string, unitOfDevice: string | undefined): string | undefined {
  const key = name.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  if (key.endsWith('wifi_signal')) return 'dBm';
  const words = key.split('_');
  if (words.some((word) => word === 'battery' || word === 'batterie'))
    return /volt|spannung/.test(key) ? 'V' : 'battery%';
  const quantity = OTHER_LEVEL.test(key) ? 'none' : quantityOf(words);
  switch (quantity) {
    case 'none':
      return 'none';
    case 'temperature':
      return '°C';
    case 'distance':
      return /^(mm|cm|dm|m|%)$/i.test(unitOfDevice ?? '') ? unitOfDevice : 'm';
    case 'level':
      return unitOfDevice ?? 'm';
    default:
      return unitOfDevice;
  }
}

/** The last word counts: a `scale_temperature` is a temperature, a `temperature_scale` would be a scale. */
function quantityOf(words: readonly string[]): Quantity | undefined {
  for (const word of words.toReversed()) {
    const quantity = QUANTITY_OF_WORD.get(word) ?? QUANTITY_OF_WORD.get(word.replace(/\d+$/, ''));
    if (quantity !== undefined) return quantity;
  }
  return undefined;
}
