import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

import { PROMETHEUS } from '../data-sources.ts';

/** A query of the services' own metrics; the names are those of the contract (a test compares). */
export function promQl(expression: string, legend: string, refId = 'A'): DataqueryBuilder {
  return new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .expr(expression)
    .legendFormat(legend)
    .format(PromQueryFormat.TimeSeries)
    .range()
    .refId(refId);
}
