import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Dashboard,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';

const TAG = 'shelfwire';
/** Grafana 11.0's: newer ones migrate it when they load it, older ones do not know it. */
const SCHEMA_VERSION = 39;

/** The frame all dashboards share: links among each other that keep the choices and the time. */
export function shelfwireDashboard(spec: {
  uid: string;
  title: string;
  description: string;
  from: string;
  refresh: string;
  variables: Builder<VariableModel>[];
}): DashboardBuilder {
  return new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG])
    .time({ from: spec.from, to: 'now' })
    .refresh(spec.refresh)
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .variables(spec.variables)
    .link(
      new DashboardLinkBuilder('Shelfwire')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    );
}

/**
 * Defaults that the SDK writes and that Grafana 11.0 does not know yet, or 12 does not know any more (`footer`). Where they
 * are known they are the default, so they may be left out, and the JSON is valid for all.
 */
const DEFAULTS_OF_SOME = new Set([
  'allowCustomValue',
  'auto',
  'auto_count',
  'auto_min',
  'footer',
  'percentChangeColorMode',
  'placement',
]);

export function finished(builder: DashboardBuilder): Dashboard {
  const dashboard = builder.build();
  // Ids by place: Grafana would make some up at each load, and links to a panel would not last.
  const panels = (dashboard.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 }));
  const { annotations, templating, links, ...rest } = { ...dashboard, panels, id: null, schemaVersion: SCHEMA_VERSION };
  return {
    ...rest,
    annotations: { ...annotations, list: annotations.list?.map(withoutDefaultsOfSome) ?? [] },
    templating: { ...templating, list: templating.list?.map(withoutDefaultsOfSome) ?? [] },
    links: links?.map(withoutDefaultsOfSome) ?? [],
    panels: panels.map((panel) =>
      panel.type === 'row' || !('options' in panel)
        ? panel
        : { ...panel, options: withoutDefaultsOfSome(panel.options as object) },
    ),
  };
}

function withoutDefaultsOfSome<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !DEFAULTS_OF_SOME.has(name))) as T;
}

/** The address of another dashboard, with the choices of this one and its time. */
export function dashboardLink(uid: string, title: string): { title: string; url: string } {
  return { title, url: `/d/${uid}?\${__url_time_range}&\${__all_variables}` };
}

/** The address of a bin in the dashboard *Shelf and bin*, from a table that has these columns. */
export const SHELF_LINK = {
  title: 'Show this bin',
  url: '/d/shelfwire-shelf?var-tenant=${tenant}&var-site=${__data.fields.site}&var-bin=${__data.fields.bin}&${__url_time_range}',
} as const;
