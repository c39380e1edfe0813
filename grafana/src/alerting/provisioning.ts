import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { ALERT_SOURCES, type AlertRule } from './alert-rule.ts';
import { ALERT_RULES } from './rules.ts';

const EXPRESSION_UID = '__expr__';
const CONTACT_POINT = 'shelfwire-operators';
/** Stands for the variable in the file; see `doubledDollars`. */
const RUNBOOK = '%RUNBOOK_URL%';

/**
 * `provisioning/alerting/rules.yaml`. Grafana expands `$name` in provisioning files from its environment; a dollar that is
 * meant for the alert's template or for a query is therefore doubled.
 */
export function alertRulesFile(dashboards: readonly Dashboard[]): object {
  return {
    apiVersion: 1,
    groups: [
      {
        orgId: 1,
        name: 'shelfwire',
        folder: 'Shelfwire',
        interval: '1m',
        rules: ALERT_RULES.map((rule) => provisionedRule(rule, dashboards)),
      },
    ],
  };
}

/** `provisioning/alerting/contact-points.yaml`: who is told, and how often. */
export function contactPointsFile(): object {
  return {
    apiVersion: 1,
    contactPoints: [
      {
        orgId: 1,
        name: CONTACT_POINT,
        receivers: [
          {
            uid: 'shelfwire-email',
            type: 'email',
            settings: { addresses: '${GRAFANA_ALERT_EMAIL}', singleEmail: true },
          },
        ],
      },
    ],
    policies: [
      {
        orgId: 1,
        receiver: CONTACT_POINT,
        // One message a site and cause, not one a bin: a site without power has a thousand silent sensors.
        group_by: ['alertname', 'tenant', 'site', 'tenantId', 'siteId'],
        group_wait: '30s',
        group_interval: '5m',
        repeat_interval: '24h',
        routes: [{ receiver: CONTACT_POINT, object_matchers: [['severity', '=', 'critical']], repeat_interval: '4h' }],
      },
    ],
  };
}

function provisionedRule(rule: AlertRule, dashboards: readonly Dashboard[]): object {
  return doubledDollars({
    uid: rule.uid,
    title: rule.title,
    condition: 'C',
    data: rule.query.source === 'sql' ? sqlSteps(rule) : seriesSteps(rule),
    noDataState: rule.noDataState,
    // A source that cannot be asked: Grafana tells of it as an alert DatasourceError with this rule's labels, so that a
    // database that is down is never taken for good news.
    execErrState: 'Error',
    for: rule.forDuration,
    annotations: {
      summary: rule.summary,
      description: rule.todo,
      runbook_url: `${RUNBOOK}#${runbookAnchor(rule)}`,
      ...panelAnnotations(rule, dashboards),
    },
    labels: { severity: rule.severity },
    isPaused: false,
  });
}

/** Grafana takes both or none. */
function panelAnnotations({ uid, panel }: AlertRule, dashboards: readonly Dashboard[]): Record<string, string> {
  const dashboard = dashboards.find((one) => one.uid === panel.dashboardUid);
  const id = dashboard?.panels?.find((one) => one.type !== 'row' && one.title === panel.title)?.id;
  if (id === undefined) throw new Error(`${uid}: no panel "${panel.title}" on ${panel.dashboardUid}`);
  return { __dashboardUid__: panel.dashboardUid, __panelId__: String(id) };
}

/** Each row is an alert of its own: text columns are its labels, the number its value. */
function sqlSteps(rule: AlertRule): object[] {
  return [
    step(
      'A',
      rule,
      { from: 600, to: 0 },
      { rawSql: rule.query.text, format: 'table', editorMode: 'code', rawQuery: true },
    ),
    thresholdStep(rule, 'A'),
  ];
}

function seriesSteps(rule: AlertRule): object[] {
  const { query } = rule;
  if (query.source === 'sql') return [];
  const model =
    query.source === 'influxql'
      ? { query: query.text, rawQuery: true, resultFormat: 'time_series' }
      : { expr: query.text, range: true, instant: false };
  return [
    step('A', rule, { from: query.rangeSeconds, to: 0 }, model),
    expressionStep('B', { type: 'reduce', expression: 'A', reducer: query.reduce, settings: { mode: 'dropNN' } }),
    thresholdStep(rule, 'B'),
  ];
}

function step(refId: string, rule: AlertRule, relativeTimeRange: { from: number; to: number }, model: object): object {
  const datasource = ALERT_SOURCES[rule.query.source];
  return { refId, relativeTimeRange, datasourceUid: datasource.uid, model: { refId, datasource, ...model } };
}

function thresholdStep(rule: AlertRule, of: string): object {
  const conditions = [{ type: 'query', evaluator: { type: rule.fires, params: [rule.threshold] } }];
  return expressionStep('C', { type: 'threshold', expression: of, conditions });
}

function expressionStep(refId: string, model: object): object {
  const datasource = { type: EXPRESSION_UID, uid: EXPRESSION_UID };
  return { refId, datasourceUid: EXPRESSION_UID, model: { refId, datasource, ...model } };
}

/** The one variable that is meant for the environment: where this installation's people read docs/runbook.md. */
function doubledDollars(value: object): object {
  const text = JSON.stringify(value).replaceAll('$', '$$$$').replaceAll(RUNBOOK, '${RUNBOOK_URL}');
  return JSON.parse(text) as object;
}

/** The heading of the rule in docs/runbook.md. */
export function runbookAnchor({ uid }: AlertRule): string {
  return `alert-${uid}`;
}
