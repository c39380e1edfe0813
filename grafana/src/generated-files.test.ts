import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { dashboards } from './dashboards/all.ts';
import { dataSourcesFile } from './data-sources.ts';
import { generatedFiles } from './generated-files.ts';
import { queryText } from './outline.ts';

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

  test('has no two panels of one title, by which alerts and people find them', () => {
    const titles = panels.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  test('begins with a range that suits it, and is loaded anew by itself', () => {
    expect(dashboard.time).toMatchObject({ from: expect.stringMatching(/^now-\d+[hd]$/), to: 'now' });
    expect(dashboard.refresh).toMatch(/^\d+[sm]$/);
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

  test('asks only data sources that are provisioned, each query with a name of its own', () => {
    const provisioned = new Set(dataSources());
    for (const panel of dashboard.panels ?? []) {
      const targets = ('targets' in panel ? (panel.targets ?? []) : []) as {
        refId?: string;
        datasource?: { uid?: string };
      }[];
      expect([panel.title, targets.filter(({ datasource }) => !provisioned.has(datasource?.uid ?? ''))]).toEqual([
        panel.title,
        [],
      ]);
      expect([panel.title, new Set(targets.map(({ refId }) => refId)).size]).toEqual([panel.title, targets.length]);
    }
  });

  test('formats and links only columns that its queries give', () => {
    for (const panel of dashboard.panels ?? []) {
      if (!('targets' in panel) || panel.type !== 'table') continue;
      const texts = (panel.targets ?? []).map(queryText).join(' ');
      const overrides = panel.fieldConfig?.overrides ?? [];
      const columns = overrides.map(({ matcher }) => String(matcher.options)).filter((name) => name !== 'Time');
      const linked = [...JSON.stringify(overrides).matchAll(/__data\.fields\.(\w+)/g)].map(([, name = '']) => name);
      const missing = [...columns, ...linked].filter(
        (name) =>
          !texts.includes(`as "${name}"`) &&
          !texts.includes(`AS "${name}"`) &&
          !new RegExp(`\\b${name}\\b`).test(texts),
      );
      expect([panel.title, missing]).toEqual([panel.title, []]);
    }
  });

  test('leads to dashboards that exist', () => {
    const uids = Object.values(dashboards()).map(({ uid }) => uid);
    for (const [, uid = ''] of JSON.stringify(dashboard).matchAll(/\/d\/([\w-]+)/g)) expect(uids).toContain(uid);
  });

  test('has units that Grafana knows', () => {
    const units = (dashboard.panels ?? []).flatMap((panel) =>
      'fieldConfig' in panel ? [panel.fieldConfig?.defaults.unit] : [],
    );
    for (const unit of units) expect(UNITS).toContain(unit);
    const columns = [...JSON.stringify(dashboard.panels).matchAll(/"id":"unit","value":"(\w+)"/g)].map(
      ([, unit]) => unit,
    );
    for (const unit of columns) expect(UNITS).toContain(unit);
  });

  test('uses only variables that it has', () => {
    const known = new Set((dashboard.templating.list ?? []).map((variable) => variable.name));
    const used = [...JSON.stringify(dashboard.panels).matchAll(/\$\{?(tenant|site|item|bin|device)\b/g)].map(
      ([, name]) => name,
    );
    expect(used.filter((name) => !known.has(name ?? ''))).toEqual([]);
  });
});

describe('the environment that provisioning reads', () => {
  const named = [...files]
    .filter(([path]) => path.includes('/provisioning/'))
    .flatMap(([, text]) => [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => name));

  test.each([...new Set(named)])('%s is set by the compose file and explained', (name) => {
    expect(readFileSync(new URL('docker-compose.yml', root), 'utf8')).toContain(`${name}:`);
    expect(readFileSync(new URL('grafana/README.md', root), 'utf8')).toContain(`\`${name}\``);
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
      const given = [...query.matchAll(/ AS "([^"]*)"/g)].map(([, alias = '']) => alias);
      const known = [...(schema.get(measurement) ?? []), ...given];
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

/** Ids of Grafana's value formats (packages/grafana-data/src/valueFormats/categories.ts), as far as we use them. */
const UNITS = 'short string percentunit ms s d massg celsius dBm reqps dateTimeFromNow dateTimeAsIso'.split(' ');

function dataSources(): string[] {
  const { datasources } = dataSourcesFile() as { datasources: { uid: string }[] };
  return datasources.map(({ uid }) => uid);
}
