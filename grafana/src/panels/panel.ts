import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Threshold,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** What every panel has. A panel without a description, or with a number without a unit, does not compile. */
export interface PanelSpec {
  title: string;
  /** What it shows, how to read it, what to do about it. */
  description: string;
  /** Grafana's unit id, for example `massg`, `percentunit`, `short`, `dateTimeFromNow`. */
  unit: string;
  /** Of 24. */
  width: number;
  height?: number;
  queries: Builder<Dataquery>[];
  thresholds?: readonly Threshold[];
  /** Where a click on the figure leads. */
  link?: PanelLink;
}

export interface PanelLink {
  title: string;
  url: string;
}

export function linkBuilder({ title, url }: PanelLink): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}

export function thresholds(steps: readonly Threshold[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...steps]);
}

/** Green below, then yellow, then red. */
export function warnAbove(warning: number, critical: number): Threshold[] {
  return [
    { value: null, color: 'green' },
    { value: warning, color: 'yellow' },
    { value: critical, color: 'red' },
  ];
}

/** Red below, then yellow, then green. */
export function warnBelow(warning: number, critical: number): Threshold[] {
  return [
    { value: null, color: 'red' },
    { value: critical, color: 'yellow' },
    { value: warning, color: 'green' },
  ];
}

export const NEUTRAL: readonly Threshold[] = [{ value: null, color: 'blue' }];
