import { sql } from 'kysely';

import type { SensorKind } from '../database/schema.ts';
import type { Tx } from '../database/with-tenant.ts';
import type { QuantityBasis } from '../stock/quantity.ts';
import { limitsOf, type StockLimits } from '../stock/status.ts';

export interface BinInfo {
  binId: string;
  itemId: string;
  limits: StockLimits;
}

export interface SensorInfo {
  bin: BinInfo;
  /** '' stands for every sensor of the device. */
  sensorId: string;
  kind: SensorKind;
  basis: QuantityBasis;
}

/** Which bins a site has and which device looks into which: what readings are understood by. */
export interface SiteCatalogue {
  bins: ReadonlyMap<string, BinInfo>;
  sensorsByDevice: ReadonlyMap<string, readonly SensorInfo[]>;
}

interface Row {
  bin_id: string;
  item_id: string;
  capacity: number | null;
  depth_mm: number | null;
  piece_grams: number | null;
  piece_grams_spread: number;
  parameters: Record<string, unknown> | null;
  pack_quantity: number | null;
  device_id: string | null;
  sensor_id: string | null;
  kind: SensorKind | null;
  uncertainty_grams: number | null;
}

export async function loadSiteCatalogue(tx: Tx, tenantId: string, siteId: string): Promise<SiteCatalogue> {
  const { rows } = await sql<Row>`
    select b.bin_id, b.item_id, b.capacity, b.depth_mm, i.piece_grams, i.piece_grams_spread, p.parameters,
           (select si.pack_quantity from supplier_item si where si.tenant_id = b.tenant_id and si.item_id = b.item_id
            order by si.preference, si.supplier_id limit 1) as pack_quantity,
           s.device_id, s.sensor_id, s.kind, s.uncertainty_grams
    from bin b
    join item i using (tenant_id, item_id)
    left join bin_sensor s using (tenant_id, site_id, bin_id)
    left join item_location il using (tenant_id, site_id, bin_id)
    left join policy p on p.tenant_id = b.tenant_id and p.policy_id = il.policy_id and p.version = il.policy_version
    where b.tenant_id = ${tenantId} and b.site_id = ${siteId}`.execute(tx);
  const bins = new Map<string, BinInfo>();
  const sensorsByDevice = new Map<string, SensorInfo[]>();
  for (const row of rows) {
    const bin = bins.get(row.bin_id) ?? {
      binId: row.bin_id,
      itemId: row.item_id,
      limits: limitsOf(row.parameters, row.capacity, row.pack_quantity),
    };
    bins.set(row.bin_id, bin);
    if (row.device_id === null || row.kind === null) continue;
    const sensors = sensorsByDevice.get(row.device_id) ?? [];
    sensors.push({ bin, sensorId: row.sensor_id ?? '', kind: row.kind, basis: basisOf(row, row.kind) });
    sensorsByDevice.set(row.device_id, sensors);
  }
  return { bins, sensorsByDevice };
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

function basisOf(row: Row, sensorKind: SensorKind): QuantityBasis {
  return {
    sensorKind,
    uncertaintyGrams: row.uncertainty_grams ?? 0,
    pieceGrams: row.piece_grams,
    pieceGramsSpread: row.piece_grams_spread,
    capacity: row.capacity,
    depthMm: row.depth_mm,
  };
}
