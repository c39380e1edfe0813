import { ALERT_RULES } from '../alerting/rules.ts';
import { dashboards } from '../dashboards/all.ts';
import { INFLUXDB, POSTGRESQL, PROMETHEUS } from '../data-sources.ts';
import { queryText } from '../outline.ts';

export interface NamedQuery {
  name: string;
  type: string;
  text: string;
}

/** Every query of every dashboard: panels, annotations, variables; and of the alert rules. */
export function allQueries(): NamedQuery[] {
  const queries = Object.values(dashboards()).flatMap((dashboard) => {
    const panels = (dashboard.panels ?? []).flatMap((panel) =>
      ('targets' in panel ? (panel.targets ?? []) : []).map((target) => ({ name: panel.title ?? '', target })),
    );
    const annotations = (dashboard.annotations.list ?? []).map(({ name, target }) => ({ name, target }));
    const variables = (dashboard.templating.list ?? []).map(({ name, query, datasource }) => ({
      name: `$${name}`,
      target: { rawSql: query, datasource },
    }));
    return [...panels, ...annotations, ...variables].flatMap(({ name, target }): NamedQuery[] => {
      const type = (target as { datasource?: { type?: string } } | undefined)?.datasource?.type;
      return type === undefined ? [] : [{ name: `${dashboard.title}: ${name}`, type, text: queryText(target) }];
    });
  });
  const types = { influxql: INFLUXDB.type, sql: POSTGRESQL.type, promql: PROMETHEUS.type };
  const alerts = ALERT_RULES.map((rule) => ({
    name: `alert: ${rule.title}`,
    type: types[rule.query.source],
    text: rule.query.text,
  }));
  return [...queries, ...alerts];
}
