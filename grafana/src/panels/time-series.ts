import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

import { linkBuilder, thresholds, type PanelSpec } from './panel.ts';

export interface TimeSeriesSpec extends PanelSpec {
  /** `steps`: a level that holds until it changes. `bars`: amounts per interval, stacked. */
  style?: 'line' | 'steps' | 'bars';
  min?: number;
  max?: number;
  decimals?: number;
  /** The data has no more points than one in this time. */
  interval?: string;
}

/** Gaps stay gaps: a line through a time nobody measured would be a guess. */
export function timeSeries(spec: TimeSeriesSpec): PanelBuilder {
  const style = spec.style ?? 'line';
  const panel = new PanelBuilder()
    .title(spec.title)
    .description(spec.description)
    .unit(spec.unit)
    .span(spec.width)
    .height(spec.height ?? 8)
    .targets(spec.queries)
    .drawStyle(style === 'bars' ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineInterpolation(style === 'steps' ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .lineWidth(style === 'bars' ? 0 : 1)
    .fillOpacity(style === 'bars' ? 60 : 8)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(false)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  if (style === 'bars') panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
  if (spec.thresholds) panel.thresholds(thresholds(spec.thresholds));
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.interval !== undefined) panel.interval(spec.interval);
  if (spec.link) panel.dataLinks([linkBuilder(spec.link)]);
  return panel;
}
