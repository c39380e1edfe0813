import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

import { ALERT_RULES } from './alerting/rules.ts';

/** docs/dashboards.md: what stands on every dashboard, for review without a Grafana at hand. */
export function outlinePage(dashboards: Readonly<Record<string, Dashboard>>): string {
  const parts = [
    '# Dashboards and alert rules',
    'Made by `npm run generate -w @shelfwire/grafana` from `grafana/src`; the JSON that Grafana loads is in `grafana/dashboards`. ' +
      '`$tenant`, `$site`, `$item` and `$bin` are chosen at the top of a dashboard.',
    ...Object.entries(dashboards).map(([name, dashboard]) => dashboardOutline(name, dashboard)),
    alertOutline(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function dashboardOutline(name: string, dashboard: Dashboard): string {
  const variables = (dashboard.templating.list ?? []).map((variable) => `\`$${variable.name}\``).join(', ');
  const lines = [
    `## ${dashboard.title}`,
    `\`grafana/dashboards/${name}.json\`, uid \`${dashboard.uid}\`. ${dashboard.description} Shows ${dashboard.time?.from ?? ''} to ${dashboard.time?.to ?? ''}, anew every ${dashboard.refresh ?? ''}. Variables: ${variables}.`,
  ];
  for (const panel of dashboard.panels ?? []) lines.push(isRow(panel) ? `### ${panel.title}` : panelOutline(panel));
  const annotations = (dashboard.annotations.list ?? []).filter((annotation) => annotation.target !== undefined);
  if (annotations.length > 0) lines.push('### Annotations');
  for (const annotation of annotations) lines.push(`- **${annotation.name}**\n${queryBlock([annotation.target])}`);
  return lines.join('\n\n');
}

function panelOutline(panel: Panel): string {
  const unit = panel.fieldConfig?.defaults.unit ?? '';
  const steps = (panel.fieldConfig?.defaults.thresholds?.steps ?? []).flatMap(({ value, color }) =>
    value === null ? [] : [`${color} from ${value}`],
  );
  const links = JSON.stringify(panel.fieldConfig ?? {}).match(/(?<="url":"\/d\/)[\w-]+/g) ?? [];
  const about = [panel.type, unit, ...steps, ...[...new Set(links)].map((uid) => `leads to ${uid}`)].join(', ');
  return `- **${panel.title}** (${about}): ${panel.description}\n${queryBlock(panel.targets ?? [])}`;
}

function queryBlock(targets: readonly unknown[]): string {
  return targets.map((target) => `  - \`${queryText(target)}\``).join('\n');
}

/** The text of a query, whichever source it is for. */
export function queryText(target: unknown): string {
  const { query, rawSql, expr } = target as { query?: string; rawSql?: string; expr?: string };
  return query ?? rawSql ?? expr ?? '';
}

function alertOutline(): string {
  const rows = ALERT_RULES.map((rule) => {
    const limit = `${rule.fires === 'gt' ? 'above' : 'below'} ${rule.threshold} for ${rule.forDuration}`;
    return `- **${rule.title}** (${rule.severity}, ${limit}): ${rule.todo}\n  - \`${rule.query.text}\``;
  });
  return ['## Alert rules', ...rows].join('\n\n');
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row';
}
