import { sql } from 'kysely';

import type { Catalogue } from '../catalogue/catalogue-file.ts';
import { findWrongBins } from '../catalogue/wrong-bins.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { Row } from './import-kinds.ts';

type Bin = Catalogue['bins'][number];
type Sensor = NonNullable<Bin['sensors']>[number];

export interface BinLine {
  line: number;
  key: string;
  parsed: Bin;
}

/** What a row does not say of a sensor that is there already stays: how exactly it weighs, and when it is silent. */
export function sensorsWithWhatIsKnown(before: Row | undefined, given: unknown): unknown {
  if (!Array.isArray(given)) return given;
  const known = new Map(sensorsOf(before).map((sensor) => [sensorKey(sensor), sensor]));
  return given.map((sensor: unknown) =>
    typeof sensor === 'object' && sensor !== null ? { ...known.get(sensorKey(sensor)), ...sensor } : sensor,
  );
}

/**
 * What is wrong between bins, or would leave stock without its item: the file is looked at together with what is there.
 * @returns each with the line and column that it is told at
 */
export async function wrongBins(
  tx: Tx,
  tenantId: string,
  rows: readonly BinLine[],
  before: ReadonlyMap<string, Row>,
): Promise<{ line: number; column: string; what: string }[]> {
  return [
    ...wrongPools(tenantId, rows, before),
    ...sensorsOfOthers(rows, before),
    ...(await otherItems(tx, tenantId, rows, before)),
  ];
}

function wrongPools(tenantId: string, rows: readonly BinLine[], before: ReadonlyMap<string, Row>) {
  const lines = new Map(rows.map((row) => [row.key, row.line]));
  const others = [...before]
    .filter(([key]) => !lines.has(key))
    .map(([, row]) => ({ ...row, tenantId }) as unknown as Bin);
  const all = [...rows.map(({ parsed }) => parsed), ...others];
  return findWrongBins(all).map(({ path, message }) => {
    const bin = all[Number(path[1])];
    const line = lines.get(`${bin?.siteId}/${bin?.binId}`);
    if (line !== undefined) return { line, column: String(path[2]), what: message };
    // Right until now: a row of the file makes it wrong, the one that it names.
    const cause = lines.get(`${bin?.siteId}/${bin?.overflowOf}`) ?? 1;
    return { line: cause, column: 'itemId', what: `bin ${bin?.binId} is an overflow of this one: ${message}` };
  });
}

/** A sensor looks into one bin. It may move to another one only if the file says what is left of the first. */
function sensorsOfOthers(rows: readonly BinLine[], before: ReadonlyMap<string, Row>) {
  const holders = new Map<string, string>();
  for (const [key, row] of before) {
    if (rows.some((each) => each.key === key)) continue;
    for (const sensor of sensorsOf(row)) holders.set(`${String(row['siteId'])} ${sensorKey(sensor)}`, key);
  }
  return rows.flatMap(({ line, key, parsed }) =>
    (parsed.sensors ?? []).flatMap((sensor) => {
      const place = `${parsed.siteId} ${sensorKey(sensor)}`;
      const holder = holders.get(place);
      holders.set(place, key);
      if (holder === undefined) return [];
      return [{ line, column: 'sensors', what: `${sensor.kind}@${sensor.deviceId} looks into ${holder} already` }];
    }),
  );
}

/** Pieces of one item do not become pieces of another by a file. */
async function otherItems(tx: Tx, tenantId: string, rows: readonly BinLine[], before: ReadonlyMap<string, Row>) {
  const changed = rows.filter(({ key, parsed }) => {
    const was = before.get(key)?.['itemId'];
    return was !== undefined && was !== parsed.itemId;
  });
  if (changed.length === 0) return [];
  const { rows: busy } = await sql<{ key: string; what: string }>`
    select l.site_id || '/' || l.bin_id as key, 'holds ' || l.on_hand || ' of ' || l.item_id || ': count it to 0 first' as what
    from stock_level l where l.tenant_id = ${tenantId} and l.on_hand <> 0
    union all
    select e.site_id || '/' || e.bin_id, 'has a need of ' || e.item_id || ' that is not settled: end it first'
    from episode e where e.tenant_id = ${tenantId} and e.closed_at_ms is null
    union all
    select l.site_id || '/' || l.bin_id, 'has an open order of ' || l.item_id || ': receive or end it first'
    from purchase_order_line l where l.tenant_id = ${tenantId} and l.open`.execute(tx);
  const whatOf = new Map(busy.map(({ key, what }) => [key, what]));
  return changed.flatMap(({ line, key }) => {
    const what = whatOf.get(key);
    return what === undefined ? [] : [{ line, column: 'itemId', what: `cannot change: the bin ${what}` }];
  });
}

function sensorsOf(row: Row | undefined): Sensor[] {
  return Array.isArray(row?.['sensors']) ? (row['sensors'] as Sensor[]) : [];
}

function sensorKey(sensor: object): string {
  const { kind, deviceId, sensorId = '' } = sensor as Partial<Sensor>;
  return `${kind} ${deviceId} ${sensorId}`;
}
