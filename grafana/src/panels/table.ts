import type { DynamicConfigValue, Threshold, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';

import { NEUTRAL, thresholds, type PanelSpec } from './panel.ts';

export interface Column {
  unit?: string;
  decimals?: number;
  thresholds?: readonly Threshold[];
  mappings?: ValueMapping[];
  /** A link to another dashboard; `${__data.fields.x}` is the row's value. */
  link?: { title: string; url: string };
}

export interface TableSpec extends Omit<PanelSpec, 'thresholds' | 'link'> {
  /** How columns are shown, by the name the query gives them. */
  columns?: Readonly<Record<string, Column>>;
}

export function table(spec: TableSpec): PanelBuilder {
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .span(spec.width)
    .height(spec.height ?? 9)
    .targets(spec.queries)
    .thresholds(thresholds(NEUTRAL))
    .noValue('–');
  for (const [name, column] of Object.entries(spec.columns ?? {})) panel.overrideByName(name, columnProperties(column));
  return panel;
}

function columnProperties(column: Column): DynamicConfigValue[] {
  return [
    ...property('unit', column.unit),
    ...property('decimals', column.decimals),
    ...property('mappings', column.mappings),
    ...property('links', column.link && [column.link]),
    ...(column.thresholds
      ? [
          { id: 'thresholds', value: { mode: 'absolute', steps: column.thresholds } },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ]
      : []),
    ...(column.mappings ? [{ id: 'custom.cellOptions', value: { type: 'color-text' } }] : []),
  ];
}

function property(id: string, value: unknown): DynamicConfigValue[] {
  return value === undefined ? [] : [{ id, value }];
}
