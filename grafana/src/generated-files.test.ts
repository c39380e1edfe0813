import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { dashboards } from './dashboards/all.ts';
import { generatedFiles } from './generated-files.ts';

const root = new URL('../../', import.meta.url);
const files = generatedFiles();

describe('the committed files', () => {
  test.each([...files.keys()])('%s is what the code makes', (path) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(files.get(path));
  });

  test('no dashboard lies about that nothing makes any more', () => {
    const committed = readdirSync(new URL('grafana/dashboards', root)).map((name) => `grafana/dashboards/${name}`);
    expect(committed.filter((path) => !files.has(path))).toEqual([]);
  });
});

describe.each(Object.values(dashboards()))('the dashboard $title', (dashboard) => {
  const panels = (dashboard.panels ?? []).filter((panel) => panel.type !== 'row');

  test('has panels with a unit, a description and an id of their own', () => {
    expect(panels.length).toBeGreaterThan(5);
    for (const panel of panels) {
      expect(panel).toMatchObject({
        description: expect.stringMatching(/.{20}/),
        fieldConfig: { defaults: { unit: expect.stringMatching(/.+/) } },
      });
    }
    const ids = (dashboard.panels ?? []).map((panel) => panel.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('fills its rows: no panel reaches beyond the 24 columns or over another', () => {
    const cells = new Set<string>();
    for (const { gridPos } of dashboard.panels ?? []) {
      if (!gridPos) continue;
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells.has(`${x},${y}`)).toBe(false);
          cells.add(`${x},${y}`);
        }
      }
    }
  });

  test('uses only variables that it has', () => {
    const known = new Set((dashboard.templating.list ?? []).map((variable) => variable.name));
    const used = [...JSON.stringify(dashboard.panels).matchAll(/\$\{?(tenant|site|item|bin|device)\b/g)].map(
      ([, name]) => name,
    );
    expect(used.filter((name) => !known.has(name ?? ''))).toEqual([]);
  });
});

describe('the telemetry that is asked for', () => {
  const schema = telemetrySchema(readFileSync(new URL('docs/telemetry-schema.md', root), 'utf8'));
  const asked = [...files.entries()]
    .filter(([path]) => path.endsWith('.json') || path.endsWith('rules.yaml'))
    .flatMap(([, text]) =>
      [...text.matchAll(/SELECT .*?(?=",?\n|\n)/g)].map(([query]) => query.replaceAll('\\"', '"')),
    );

  test('is written down in docs/telemetry-schema.md', () => {
    expect(asked.length).toBeGreaterThan(20);
    for (const query of asked) {
      const [, measurement = ''] = /FROM "(\w+)"/.exec(query) ?? [];
      const names = [...query.replaceAll(/ AS "[^"]*"/g, '').matchAll(/"(\w+)"/g)].map(([, name = '']) => name);
      const known = schema.get(measurement) ?? [];
      expect({ query, unknown: names.filter((name) => name !== measurement && !known.includes(name)) }).toEqual({
        query,
        unknown: [],
      });
    }
  });
});

/** Measurement → its tags and fields, from the tables of the page, and from its paragraph on hourly values. */
function telemetrySchema(page: string): Map<string, string[]> {
  const sections = new Map(page.split(/^## /m).map((section) => [section.split('\n')[0]?.trim() ?? '', section]));
  const schema = [...sections].map(([name, section]): [string, string[]] => [
    name,
    [...section.matchAll(/^\| (?:tag|field) \| (\w+)/gm)].map(([, column = '']) => column),
  ]);
  const hourly = sections.get('Hourly values') ?? '';
  const words = [...hourly.matchAll(/\w+/g)].map(([word]) => word);
  const aggregates = words.filter((word) => word.startsWith('_'));
  const columns = [...words, ...words.flatMap((word) => aggregates.map((aggregate) => word + aggregate))];
  const measurements = [...hourly.matchAll(/`(\w+_hourly)`/g)].map(([, name = '']) => name);
  return new Map([...schema, ...measurements.map((name): [string, string[]] => [name, columns])]);
}
