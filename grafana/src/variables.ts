import {
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { POSTGRESQL } from './data-sources.ts';

/** Choices come from the system of record: it knows every site, also one that has never sent anything. */
function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(POSTGRESQL)
    .query(query)
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.Disabled);
}

/** With an operator's own database role only the operator's tenant is in the list (postgres/tenant-reader.sql). */
export function tenantVariable(): QueryVariableBuilder {
  return choice('tenant', 'Tenant', 'select name as __text, tenant_id as __value from tenant order by name');
}

/** Everything, until somebody chooses. */
function several(variable: QueryVariableBuilder): QueryVariableBuilder {
  return variable.multi(true).includeAll(true).current({ selected: true, text: 'All', value: '$__all' });
}

export function siteVariable(): QueryVariableBuilder {
  const query = "select name as __text, site_id as __value from site where tenant_id = '$tenant' order by name";
  return several(choice('site', 'Site', query));
}

export function itemVariable(): QueryVariableBuilder {
  const query =
    "select sku || ' ' || name as __text, item_id as __value from item where tenant_id = '$tenant' order by sku";
  return several(choice('item', 'Item', query));
}

export function binVariable(): QueryVariableBuilder {
  const query =
    "select name as __text, bin_id as __value from bin where tenant_id = '$tenant' and site_id in ($site) " +
    'and item_id in ($item) order by name';
  return choice('bin', 'Bin', query);
}

/** The devices of the bin chosen, for telemetry, which knows no bins. */
export function binDeviceVariable(): QueryVariableBuilder {
  const query =
    "select distinct device_id from bin_sensor where tenant_id = '$tenant' and site_id in ($site) and bin_id = '$bin'";
  return several(choice('device', 'Device', query)).hide(VariableHide.HideVariable);
}
