import { INFLUXDB, POSTGRESQL, PROMETHEUS } from '../data-sources.ts';
import { SqlQuery } from '../queries/sql.ts';

export interface AlertRule {
  uid: string;
  title: string;
  /** One sentence for whoever is woken, with the rule's labels. */
  summary: string;
  /** What to do. */
  todo: string;
  severity: 'critical' | 'warning';
  /** The condition must hold so long. */
  forDuration: string;
  /** Where to look: a panel by its title. Grafana wants its number, which provisioning looks up. */
  panel: { dashboardUid: string; title: string };
  query: AlertQuery;
  /** `gt`: fires above the limit; `lt`: below it. */
  fires: 'gt' | 'lt';
  threshold: number;
  /**
   * What an answer without any row or series means. Of a question "which are bad?" it is good news; of things that must
   * always speak it is an alarm. A source that cannot be asked at all is another matter: see `execErrState` in
   * provisioning.ts.
   */
  noDataState: 'OK' | 'Alerting';
}

/** `reduce`: how a series becomes one number; SQL answers are numbers already, one for each row. */
export type AlertQuery =
  | { source: 'sql'; text: string }
  | { source: 'influxql'; text: string; reduce: 'last' | 'min' | 'max'; rangeSeconds: number }
  | { source: 'promql'; text: string; reduce: 'last' | 'min' | 'max'; rangeSeconds: number };

export const ALERT_SOURCES = { sql: POSTGRESQL, influxql: INFLUXDB, promql: PROMETHEUS } as const;

/** A question to PostgreSQL: each row that it answers with is something to tell of. */
export function sql(text: string): AlertQuery {
  return { source: 'sql', text: new SqlQuery(text).build().rawSql };
}
