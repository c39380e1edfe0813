import { Inject, Injectable } from '@nestjs/common';
import type { BinDetail, TelemetryField } from '@shelfwire/contract/api';

import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import type { SensorKind } from '../database/catalogue-tables.ts';
import { withTenant, type Tx } from '../database/with-tenant.ts';
import { StockQueries } from '../stock/stock-queries.ts';

export interface BinAddress {
  siteId: string;
  binId: string;
}

const FIELDS: Readonly<Record<SensorKind, TelemetryField | null>> = {
  weight: 'netGrams',
  level: 'fillRatio',
  count: 'pieces',
  tag: null,
  button: null,
};

/** All that is known about one bin. Reads only. */
@Injectable()
export class BinQueries {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    private readonly stock: StockQueries,
  ) {}

  /** @returns undefined if this tenant has no such bin, or this supplier does not sell what is in it */
  async get(
    tenantId: string,
    address: BinAddress,
    restrict: { supplierId?: string | undefined },
  ): Promise<BinDetail | undefined> {
    const { items } = await this.stock.list(tenantId, { ...address, supplierId: restrict.supplierId, limit: 1 });
    const [row] = items;
    if (!row) return undefined;
    return withTenant(this.db, tenantId, async (tx) => ({
      ...row,
      gtin: await gtinOf(tx, row.item.itemId),
      sensors: await sensorsOf(tx, address),
      policy: await policyOf(tx, address),
      supply: await supplyOf(tx, row.item.itemId, restrict.supplierId),
      countingTask: await countingTaskOf(tx, address),
    }));
  }
}

async function gtinOf(tx: Tx, itemId: string): Promise<string | null> {
  const row = await tx.selectFrom('item').select('gtin').where('item_id', '=', itemId).executeTakeFirst();
  return row?.gtin ?? null;
}

async function sensorsOf(tx: Tx, { siteId, binId }: BinAddress): Promise<BinDetail['sensors']> {
  const rows = await tx
    .selectFrom('bin_sensor')
    .select(['device_id', 'sensor_id', 'kind'])
    .where('site_id', '=', siteId)
    .where('bin_id', '=', binId)
    .orderBy('device_id')
    .orderBy('sensor_id')
    .execute();
  return rows.map((row) => ({
    deviceId: row.device_id,
    sensorId: row.sensor_id === '' ? null : row.sensor_id,
    kind: row.kind,
    field: FIELDS[row.kind],
  }));
}

async function policyOf(tx: Tx, { siteId, binId }: BinAddress): Promise<BinDetail['policy']> {
  const row = await tx
    .selectFrom('item_location as il')
    .innerJoin('policy as p', (join) =>
      join.onRef('p.policy_id', '=', 'il.policy_id').onRef('p.version', '=', 'il.policy_version'),
    )
    .select(['p.type', 'p.version', 'p.parameters'])
    .where('il.site_id', '=', siteId)
    .where('il.bin_id', '=', binId)
    .executeTakeFirst();
  return row ?? null;
}

async function supplyOf(tx: Tx, itemId: string, supplierId: string | undefined): Promise<BinDetail['supply']> {
  let select = tx
    .selectFrom('supplier_item as si')
    .innerJoin('supplier as s', 's.supplier_id', 'si.supplier_id')
    .select(['s.supplier_id as supplierId', 's.name as supplierName', 'si.part_number as partNumber'])
    .select(['si.order_unit as orderUnit', 'si.pack_quantity as stockUnitsPerOrderUnit'])
    .select('si.lead_time_days as leadTimeDays')
    .where('si.item_id', '=', itemId)
    .orderBy('si.preference')
    .orderBy('s.supplier_id');
  // A supplier does not learn who else sells it.
  if (supplierId !== undefined) select = select.where('s.supplier_id', '=', supplierId);
  return select.execute();
}

async function countingTaskOf(tx: Tx, { siteId, binId }: BinAddress): Promise<BinDetail['countingTask']> {
  const row = await tx
    .selectFrom('counting_task')
    .select(['task_id as taskId', 'reason', 'opened_at_ms as openedAtMs'])
    .where('site_id', '=', siteId)
    .where('bin_id', '=', binId)
    .where('closed_at_ms', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}
