import { describe, expect, test } from 'vitest';

import { dashboards } from '../dashboards/all.ts';
import { alertRulesFile, contactPointsFile } from './provisioning.ts';
import { ALERT_RULES } from './rules.ts';

interface RulesFile {
  groups: {
    rules: {
      uid: string;
      condition: string;
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
      expect(JSON.stringify(rule).replaceAll('$$', '')).not.toContain('$');
    },
  );

  test.each(rules)('$uid leads to a panel', ({ annotations }) => {
    expect(annotations).toMatchObject({
      __dashboardUid__: expect.stringMatching(/^shelfwire-/),
      __panelId__: expect.stringMatching(/^\d+$/),
    });
  });

  test('reach somebody', () => {
    expect(contactPointsFile()).toMatchObject({
      contactPoints: [{ name: 'shelfwire-operators', receivers: [{ type: 'email' }] }],
      policies: [{ receiver: 'shelfwire-operators' }],
    });
  });
});
