import { readFileSync } from 'node:fs';

interface Row {
  id: string;
  value: number;
}

/** The share of its measured rate that a part is planned for. */
const PLANNED_SHARE = 0.5;
const READINGS_PER_DEVICE = 0.2;
const PEAK = 10;

/** What runs beside the services, as people who run them would give it; not measured here. */
const SIZES = [
  { devices: 1_000, sites: '1–10', broker: '1 Mosquitto', postgres: '2 cores, 4 GiB', influx: '2 cores, 4 GiB' },
  { devices: 10_000, sites: '100', broker: '1 Mosquitto', postgres: '4 cores, 16 GiB', influx: '4 cores, 16 GiB' },
  {
    devices: 50_000,
    sites: '500',
    broker: 'cluster of 3',
    postgres: '8 cores, 32 GiB, replica',
    influx: '16 cores, 64 GiB, or Cloud',
  },
  {
    devices: 100_000,
    sites: '1,000',
    broker: 'cluster of 3–5',
    postgres: '16 cores, 64 GiB, replica',
    influx: 'InfluxDB 3 cluster or Cloud',
  },
] as const;

/** docs/scaling.md with its figures as bench/results/latest.json has them, and its sizing table as they make it. */
export function scalingPage(root: URL): string {
  const { rows } = JSON.parse(readFileSync(new URL('bench/results/latest.json', root), 'utf8')) as { rows: Row[] };
  const page = readFileSync(new URL('docs/scaling.md', root), 'utf8');
  return between(between(page, 'measured', measured(rows)), 'sizes', sizes(rows));
}

function between(page: string, name: string, lines: readonly string[]): string {
  const block = new RegExp(`(<!-- ${name}: generated -->\\n\\n)[^]*?(\\n\\n<!-- /${name} -->)`);
  if (!block.test(page)) throw new Error(`docs/scaling.md has no place for ${name}`);
  return page.replace(block, (_, begin: string, end: string) => begin + lines.join('\n') + end);
}

function valueOf(rows: readonly Row[], id: string): number {
  const row = rows.find((each) => each.id === id);
  if (!row) throw new Error(`bench/results/latest.json has no ${id}`);
  return row.value;
}

function measured(rows: readonly Row[]): string[] {
  const rate = (id: string): string => hundreds(valueOf(rows, id));
  const seconds = (id: string): string => valueOf(rows, id).toFixed(1);
  return [
    '| part | figure | `npm run bench --` |',
    '|---|---|---|',
    `| edge-gateway | ${rate('gateway/durable before PUBACK, 500 mqtt.js clients')} device messages/s, on disk before PUBACK | \`gateway\` |`,
    `| ingest-service | ${rate('ingest/readings confirmed, InfluxDB')} readings/s, confirmed after InfluxDB took them | \`ingest\` |`,
    `| reorder-service, ledger | ${rate('reorder/ledger, PostgreSQL, 1 in 10 changes')} readings/s where one in ten changes a level | \`reorder\` |`,
    `| reorder-service, policy run | 50,000 item-locations in ${seconds('reorder/policy run over 50000, PostgreSQL, first')} s the first time, ${seconds('reorder/policy run over 50000, PostgreSQL, again')} s after that | \`reorder\` |`,
    `| the whole chain on those two cores | ${rate('chain/readings confirmed by both')} readings/s for five minutes | \`chain\` |`,
  ];
}

function sizes(rows: readonly Row[]): string[] {
  const ingest = valueOf(rows, 'ingest/readings confirmed, InfluxDB') * PLANNED_SHARE;
  const ledger = valueOf(rows, 'reorder/ledger, PostgreSQL, 1 in 10 changes') * PLANNED_SHARE;
  const lines = SIZES.map(({ devices, sites, broker, postgres, influx }) => {
    const average = devices * READINGS_PER_DEVICE;
    const peak = average * PEAK;
    const cells = [
      devices.toLocaleString('en'),
      sites,
      `${average.toLocaleString('en')} (${peak.toLocaleString('en')})`,
      'one a site',
      broker,
      Math.ceil(peak / ingest),
      Math.ceil(peak / ledger),
      postgres,
      influx,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| devices | sites | readings/s, average (peak) | gateways | broker | ingest | reorder | PostgreSQL | InfluxDB |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ];
}

function hundreds(value: number): string {
  return (Math.round(value / 100) * 100).toLocaleString('en');
}
