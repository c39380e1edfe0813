import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';

import { linkBuilder, NEUTRAL, thresholds, type PanelSpec } from './panel.ts';

/** One number, or one for each series. */
export function stat(
  spec: PanelSpec & { mappings?: ValueMapping[]; decimals?: number; sparkline?: boolean },
): PanelBuilder {
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .span(spec.width)
    .height(spec.height ?? 4)
    .targets(spec.queries)
    .thresholds(thresholds(spec.thresholds ?? NEUTRAL))
    .colorMode(BigValueColorMode.Value)
    .graphMode(spec.sparkline ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .textMode(BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .noValue('–');
  if (spec.mappings) panel.mappings(spec.mappings);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.link) panel.dataLinks([linkBuilder(spec.link)]);
  return panel;
}

/** A text answer of one row, such as a status. */
export function textStat(spec: PanelSpec & { mappings?: ValueMapping[] }): PanelBuilder {
  return stat(spec).reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('/.*/').values(false));
}
