import type { SensorKind } from '../database/catalogue-tables.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { QuantityBasis } from '../stock/quantity.ts';
import { limitsOf, type StockLimits } from '../stock/status.ts';

export interface BinInfo {
  binId: string;
  itemId: string;
  limits: StockLimits;
  /** The bin whose policy decides about this one; itself, unless it is an overflow. */
  primaryBinId: string;
  /** Where several look into it: how they make one quantity, and who they are, the preferred first. */
  fusion: { prefers: boolean; sensors: readonly { key: string; kind: SensorKind }[] } | undefined;
}

export interface SensorInfo {
  bin: BinInfo;
  /** '' stands for every sensor of the device. */
  sensorId: string;
  kind: SensorKind;
  basis: QuantityBasis;
  /** Names it among the sensors of its bin. */
  key: string;
  /** 0 is believed before 1; undefined where the bin adds its sensors up. */
  rank: number | undefined;
}

/** Which bins a site has and which device looks into which: what readings are understood by. */
export interface SiteCatalogue {
  bins: ReadonlyMap<string, BinInfo>;
  sensorsByDevice: ReadonlyMap<string, readonly SensorInfo[]>;
  /** By primary bin. */
  overflowsOf: ReadonlyMap<string, readonly string[]>;
  /** Bins whose stock a sensor shows; of the others, people tell. */
  sensedBins: ReadonlySet<string>;
}

interface ItemRow {
  item_id: string;
  piece_grams: number | null;
  piece_grams_spread: number;
}

interface BinRow {
  bin_id: string;
  item_id: string;
  capacity: number | null;
  depth_mm: number | null;
  fusion: 'sum' | 'prefer';
  primary_bin_id: string | null;
}

/**
 * Plain reads, put together here: a join over a catalogue that was just loaded has no statistics yet, and took
 * PostgreSQL minutes.
 */
export async function loadSiteCatalogue(tx: Tx, tenantId: string, siteId: string): Promise<SiteCatalogue> {
  const items = new Map((await itemRows(tx, tenantId)).map((row) => [row.item_id, row]));
  const packs = await packQuantities(tx, tenantId);
  const policies = await policyParameters(tx, tenantId, siteId);
  const binRows = new Map<string, BinRow>();
  const bins = new Map<string, BinInfo>();
  for (const row of await binRowsOf(tx, tenantId, siteId)) {
    const limits = limitsOf(policies.get(row.bin_id) ?? null, row.capacity, packs.get(row.item_id));
    binRows.set(row.bin_id, row);
    const primaryBinId = row.primary_bin_id ?? row.bin_id;
    bins.set(row.bin_id, { binId: row.bin_id, itemId: row.item_id, limits, primaryBinId, fusion: undefined });
  }
  const sensorsByDevice = new Map<string, SensorInfo[]>();
  const sensedBins = new Set<string>();
  for (const [binId, rows] of Map.groupBy(await sensorRowsOf(tx, tenantId, siteId), (row) => row.bin_id)) {
    const [bin, binRow] = [bins.get(binId), binRows.get(binId)];
    if (!bin || !binRow) continue;
    const prefers = rows.length > 1 && binRow.fusion === 'prefer';
    const keyed = rows.map((row) => ({ ...row, key: `${row.device_id}/${row.sensor_id}/${row.kind}` }));
    if (rows.some((row) => row.kind !== 'button')) sensedBins.add(binId);
    if (rows.length > 1) bin.fusion = { prefers, sensors: keyed };
    for (const row of keyed) {
      const sensors = sensorsByDevice.get(row.device_id) ?? [];
      const { sensor_id: sensorId, kind, key } = row;
      const basis = basisOf(binRow, items.get(bin.itemId), row);
      sensors.push({ bin, sensorId, kind, basis, key, rank: prefers ? row.rank : undefined });
      sensorsByDevice.set(row.device_id, sensors);
    }
  }
  const overflowsOf = new Map<string, string[]>();
  for (const { binId, primaryBinId } of bins.values()) {
    if (primaryBinId !== binId) overflowsOf.set(primaryBinId, [...(overflowsOf.get(primaryBinId) ?? []), binId]);
  }
  return { bins, sensorsByDevice, overflowsOf, sensedBins };
}

async function itemRows(tx: Tx, tenantId: string): Promise<ItemRow[]> {
  return tx
    .selectFrom('item')
    .select(['item_id', 'piece_grams', 'piece_grams_spread'])
    .where('tenant_id', '=', tenantId)
    .execute();
}

async function binRowsOf(tx: Tx, tenantId: string, siteId: string): Promise<BinRow[]> {
  return tx
    .selectFrom('bin')
    .select(['bin_id', 'item_id', 'capacity', 'depth_mm', 'fusion', 'primary_bin_id'])
    .where('tenant_id', '=', tenantId)
    .where('site_id', '=', siteId)
    .execute();
}

async function sensorRowsOf(tx: Tx, tenantId: string, siteId: string) {
  return tx
    .selectFrom('bin_sensor')
    .select(['bin_id', 'device_id', 'sensor_id', 'kind', 'uncertainty_grams', 'rank'])
    .where('tenant_id', '=', tenantId)
    .where('site_id', '=', siteId)
    .orderBy('rank')
    .orderBy('device_id')
    .orderBy('sensor_id')
    .execute();
}

/** Of the preferred supplier of each item. */
async function packQuantities(tx: Tx, tenantId: string): Promise<Map<string, number>> {
  const rows = await tx
    .selectFrom('supplier_item')
    .select(['item_id', 'pack_quantity'])
    .where('tenant_id', '=', tenantId)
    .orderBy('preference', 'desc')
    .orderBy('supplier_id', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.item_id, row.pack_quantity]));
}

async function policyParameters(
  tx: Tx,
  tenantId: string,
  siteId: string,
): Promise<Map<string, Record<string, unknown>>> {
  const held = await tx
    .selectFrom('item_location')
    .select(['bin_id', 'policy_id', 'policy_version'])
    .where('tenant_id', '=', tenantId)
    .where('site_id', '=', siteId)
    .execute();
  const policies = await tx
    .selectFrom('policy')
    .select(['policy_id', 'version', 'parameters'])
    .where('tenant_id', '=', tenantId)
    .execute();
  const byKey = new Map(policies.map((policy) => [`${policy.policy_id} ${policy.version}`, policy.parameters]));
  const byBin = new Map<string, Record<string, unknown>>();
  for (const row of held) {
    const parameters = byKey.get(`${row.policy_id} ${row.policy_version}`);
    if (parameters) byBin.set(row.bin_id, parameters);
  }
  return byBin;
}

/** The sensor that a reading of this device is from, by kind and the narrowest match of its id. */
export function findSensor(
  catalogue: SiteCatalogue,
  reading: { kind: string; deviceId: string; sensorId?: string | undefined },
): SensorInfo | undefined {
  const sensors = catalogue.sensorsByDevice.get(reading.deviceId)?.filter((sensor) => sensor.kind === reading.kind);
  return (
    sensors?.find((sensor) => sensor.sensorId !== '' && sensor.sensorId === reading.sensorId) ??
    sensors?.find((sensor) => sensor.sensorId === '')
  );
}

function basisOf(
  bin: BinRow,
  item: ItemRow | undefined,
  sensor: { kind: SensorKind; uncertainty_grams: number },
): QuantityBasis {
  return {
    sensorKind: sensor.kind,
    uncertaintyGrams: sensor.uncertainty_grams,
    pieceGrams: item?.piece_grams ?? null,
    pieceGramsSpread: item?.piece_grams_spread ?? 0,
    capacity: bin.capacity,
    depthMm: bin.depth_mm,
  };
}
