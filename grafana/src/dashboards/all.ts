import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { finished } from './dashboard.ts';
import { deviceFleet } from './device-fleet.ts';
import { kpis } from './kpis.ts';
import { needsAPerson } from './needs-a-person.ts';
import { ordersAndSuppliers } from './orders-and-suppliers.ts';
import { pipeline } from './pipeline.ts';
import { shelfAndBin } from './shelf-and-bin.ts';
import { sitesOverview } from './sites-overview.ts';

/** File name → dashboard, in the order a newcomer should look at them. */
export function dashboards(): Record<string, Dashboard> {
  return {
    'sites-overview': finished(sitesOverview()),
    'shelf-and-bin': finished(shelfAndBin()),
    'needs-a-person': finished(needsAPerson()),
    'device-fleet': finished(deviceFleet()),
    pipeline: finished(pipeline()),
    'orders-and-suppliers': finished(ordersAndSuppliers()),
    kpis: finished(kpis()),
  };
}
