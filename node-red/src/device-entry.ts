/** What a *reading out* node measures: the units a declarative rule of the gateway knows. */
export const MEASURES = {
  g: 'weight',
  kg: 'weight',
  mm: 'level',
  cm: 'level',
  m: 'level',
  '%': 'level',
  pcs: 'count',
  '°C': 'health',
  'battery%': 'health',
  dBm: 'health',
  button: 'button',
} as const;
export type Measure = keyof typeof MEASURES;

export interface CustomDevice {
  deviceId: string;
  topic: string;
  measure: Measure;
  username: string;
}

/** The lines for the gateway's `gateway.yaml`: the declarative decoder reads what the node sends, without code. */
export function deviceEntry({ deviceId, topic, measure, username }: CustomDevice): string {
  const rules =
    measure === 'button'
      ? ['order', 'delivered'].map((press) => `- { button: ${press}, when: 'button = "${press}"', time: atMs }`)
      : [`- { value: value, unit: '${measure}', ${measure.endsWith('g') ? 'stable: stable, ' : ''}time: atMs }`];
  return [
    `- deviceId: ${deviceId}`,
    '  model: declarative',
    `  topics: ['${topic}']`,
    `  login: { username: ${username === '' ? 'node-red' : username}, password: … }`,
    '  constants:',
    '    readings:',
    ...rules.map((rule) => `      ${rule}`),
    '',
  ].join('\n');
}

/** The JSON that those rules read; or a sentence that says why there is none. */
export function devicePayload(measure: Measure, payload: unknown, nowMs: number): object | string {
  const given = (typeof payload === 'object' && payload !== null ? payload : { value: payload }) as {
    value?: unknown;
    atMs?: unknown;
    stable?: unknown;
    button?: unknown;
  };
  const atMs = typeof given.atMs === 'number' ? given.atMs : nowMs;
  if (measure === 'button') {
    const button = given.button ?? given.value;
    if (button !== 'order' && button !== 'delivered') return 'a button needs msg.payload "order" or "delivered"';
    return { button, atMs };
  }
  const value = typeof given.value === 'string' && given.value.trim() !== '' ? Number(given.value) : given.value;
  if (typeof value !== 'number' || !Number.isFinite(value))
    return `no number in msg.payload: ${JSON.stringify(payload)}`;
  return { value, atMs, ...(typeof given.stable === 'boolean' ? { stable: given.stable } : {}) };
}
