import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { dashboards } from '../dashboards/all.ts';
import { alertRulesFile, contactPointsFile } from './provisioning.ts';
import { ALERT_RULES } from './rules.ts';

interface RulesFile {
  groups: {
    rules: {
      uid: string;
      condition: string;
      noDataState: string;
      execErrState: string;
      data: { refId: string; datasourceUid: string; model: { expression?: string } }[];
      annotations: Record<string, string>;
    }[];
  }[];
}

const rules = (alertRulesFile(Object.values(dashboards())) as RulesFile).groups.flatMap((group) => group.rules);

describe('the alert rules', () => {
  test('cover what operators must be told', () => {
    const titles = ALERT_RULES.map((rule) => rule.title);
    expect(titles).toEqual(
      expect.arrayContaining([
        'Stock out',
        'Sensor stale',
        'Gateway offline',
        'Queue growing',
        'Database rejecting',
        'Order overdue',
        'Service down',
        'Sensor silent',
        'Supplier unreachable',
      ]),
    );
    expect(new Set(rules.map((rule) => rule.uid)).size).toBe(rules.length);
  });

  test.each(rules)(
    '$uid hangs together: each step reads one before it, the last one decides',
    ({ data, condition }) => {
      const seen: string[] = [];
      for (const { refId, datasourceUid, model } of data) {
        expect(datasourceUid === '__expr__').toBe(model.expression !== undefined);
        if (model.expression !== undefined) expect(seen).toContain(model.expression);
        seen.push(refId);
      }
      expect(seen.at(-1)).toBe(condition);
    },
  );

  test.each(rules)(
    '$uid keeps its dollars: Grafana would take a single one for a variable of its environment',
    (rule) => {
      expect(JSON.stringify(rule).replaceAll('$$', '').replaceAll('${RUNBOOK_URL}#', '')).not.toContain('$');
    },
  );

  test.each(rules)('$uid leads to a panel', ({ annotations }) => {
    expect(annotations).toMatchObject({
      __dashboardUid__: expect.stringMatching(/^shelfwire-/),
      __panelId__: expect.stringMatching(/^\d+$/),
    });
  });

  test.each(rules)('$uid says what it is, what to do and where that is written', ({ uid, annotations }) => {
    expect(annotations['summary']).toMatch(/\S+ \S+/);
    expect(annotations['description']?.length).toBeGreaterThan(30);
    expect(annotations['runbook_url']).toBe(`\${RUNBOOK_URL}#alert-${uid}`);
  });

  const runbook = new URL('../../../docs/runbook.md', import.meta.url);
  test.runIf(existsSync(runbook)).each(rules)('$uid has its place in the runbook', ({ uid }) => {
    expect(readFileSync(runbook, 'utf8')).toMatch(new RegExp(`(id|name)="alert-${uid}"|^#+ .*alert-${uid}`, 'm'));
  });

  // Each label that a sentence names must come out of the query, or it would say "<no value>".
  test.each(ALERT_RULES)('$uid names only labels that its query gives', ({ summary, query }) => {
    for (const [, label = ''] of summary.matchAll(/\$labels\.(\w+)/g)) {
      const given =
        query.source === 'sql' ? `\\b(as )?"?${label}"?\\b` : query.source === 'influxql' ? `"${label}"` : '';
      expect(query.text === 'up{job="shelfwire"}' ? 'instance' : query.text).toMatch(
        new RegExp(given === '' ? label : given),
      );
    }
  });

  test('are not taken for good news where silence is an alarm', () => {
    const silence = rules.filter(({ noDataState }) => noDataState === 'Alerting').map(({ uid }) => uid);
    expect(silence).toEqual(
      expect.arrayContaining(['shelfwire-gateway-offline', 'shelfwire-service-down', 'shelfwire-database-rejecting']),
    );
    expect(rules.map(({ execErrState }) => execErrState)).toEqual(rules.map(() => 'Error'));
  });

  test('reach somebody', () => {
    expect(contactPointsFile()).toMatchObject({
      contactPoints: [{ name: 'shelfwire-operators', receivers: [{ type: 'email' }] }],
      policies: [{ receiver: 'shelfwire-operators' }],
    });
  });
});
