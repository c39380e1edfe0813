import { Inject, Injectable } from '@nestjs/common';
import type { AssignSensor } from '@shelfwire/contract/api';
import { sql } from 'kysely';

import { writeChange } from '../audit/write-change.ts';
import { catalogueChanged } from '../catalogue/seed.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Db } from '../database/open-database.ts';
import { withTenant } from '../database/with-tenant.ts';
import { TouchedBins } from '../events/touched-bins.ts';
import { CLOCK, type Clock } from '../runtime/runtime.module.ts';

export type AssignResult = { ok: true } | { ok: false; code: 'NOT_FOUND' | 'SENSOR_ASSIGNED'; detail: string };

/** Says which bin a device looks into: for a device that was put up and is not in the catalogue yet. */
@Injectable()
export class SensorAssignment {
  constructor(
    @Inject(DATABASE) private readonly db: Db,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly touched: TouchedBins,
  ) {}

  /** A device that looks into another bin is not taken away from there by this. Repeat-safe. */
  async assign(
    person: { tenantId: string; email: string },
    at: { siteId: string; binId: string },
    { deviceId, sensorId = '', kind }: AssignSensor,
  ): Promise<AssignResult> {
    const { tenantId } = person;
    const site = { tenantId, siteId: at.siteId };
    const result = await withTenant(this.db, tenantId, async (tx): Promise<AssignResult> => {
      const bin = await tx
        .selectFrom('bin')
        .select('bin_id')
        .where('tenant_id', '=', tenantId)
        .where('site_id', '=', at.siteId)
        .where('bin_id', '=', at.binId)
        .executeTakeFirst();
      if (!bin) return { ok: false, code: 'NOT_FOUND', detail: 'There is no such bin' };
      const key = { tenant_id: tenantId, site_id: at.siteId, device_id: deviceId, sensor_id: sensorId, kind };
      await tx
        .insertInto('bin_sensor')
        .values({
          ...key,
          bin_id: at.binId,
          // Behind those that are there: the preferred one stays the preferred one.
          rank: sql<number>`(select coalesce(max(rank) + 1, 0) from bin_sensor
            where tenant_id = ${tenantId} and site_id = ${at.siteId} and bin_id = ${at.binId})`,
        })
        .onConflict((oc) => oc.doNothing())
        .execute();
      const holder = await tx
        .selectFrom('bin_sensor')
        .innerJoin('bin', (join) =>
          join
            .onRef('bin.tenant_id', '=', 'bin_sensor.tenant_id')
            .onRef('bin.site_id', '=', 'bin_sensor.site_id')
            .onRef('bin.bin_id', '=', 'bin_sensor.bin_id'),
        )
        .select(['bin.bin_id', 'bin.name'])
        .where((eb) =>
          eb.and({
            'bin_sensor.tenant_id': tenantId,
            'bin_sensor.site_id': at.siteId,
            device_id: deviceId,
            sensor_id: sensorId,
            kind,
          }),
        )
        .executeTakeFirstOrThrow();
      if (holder.bin_id !== at.binId) {
        const detail = `${deviceId} looks into bin ${holder.name} already: correct that in the catalogue first`;
        return { ok: false, code: 'SENSOR_ASSIGNED', detail };
      }
      await catalogueChanged(tx, tenantId);
      const after = { binId: at.binId, deviceId, sensorId: sensorId === '' ? null : sensorId, kind };
      const change = { what: 'bin-sensor', id: `${at.siteId}/${at.binId}`, before: null, after };
      await writeChange(tx, { tenantId, actor: person.email, ...change, atMs: this.clock() });
      return { ok: true };
    });
    if (result.ok) this.touched.touch(site, [at.binId]);
    return result;
  }
}
