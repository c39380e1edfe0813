import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { dashboards } from './dashboards/all.ts';

/**
 * No Grafana runs here, but Grafana publishes the types its own code is compiled with: `@grafana/schema`. The dashboards
 * are written out as object literals and compiled against those of each major version, so that a property that it does
 * not know, an option of the wrong type or a value outside an enumeration fails as it would in Grafana's own sources.
 */
const VERSIONS = ['11', '12', '13'] as const;
const ENTRY: Readonly<Record<string, string>> = { 11: 'index.d.ts', 12: 'types/index.d.ts', 13: 'types/index.d.ts' };
const PANEL_TYPES = { stat: 'Stat', table: 'Table', timeseries: 'TimeSeries' } as const;
const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  // Inside the package, so that the compiler finds the schemas; and where nobody looks for sources.
  await mkdir(join(root, 'grafana/dist'), { recursive: true });
  folder = await mkdtemp(join(root, 'grafana/dist/schema-check-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @returns what the compiler has to say; empty if nothing */
async function compile(version: string, all: Readonly<Record<string, Dashboard>>): Promise<string> {
  const place = await mkdtemp(join(folder, `${version}-`));
  const config = {
    compilerOptions: {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: 'es2024',
      module: 'esnext',
      moduleResolution: 'bundler',
      types: [],
      // The schema's own files name it so.
      paths: { '@grafana/schema': [join(root, `node_modules/grafana-schema-${version}/dist/${ENTRY[version] ?? ''}`)] },
    },
    include: ['check.ts'],
  };
  await writeFile(join(place, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(join(place, 'check.ts'), source(version, all));
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', place]);
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function source(version: string, all: Readonly<Record<string, Dashboard>>): string {
  const schema = `grafana-schema-${version}`;
  const imports = Object.entries(PANEL_TYPES).map(([type, name]) => {
    const path = `${schema}/dist/esm/raw/composable/${type}/panelcfg/x/${name}PanelCfg_types.gen`;
    return `import type * as ${name} from '${path}';`;
  });
  const values = Object.values(all).flatMap((dashboard) => {
    const { panels = [], ...frame } = dashboard;
    return [
      `check<Json<Dashboard>>(${JSON.stringify(withoutTargets(frame))});`,
      ...panels.map((panel) => {
        if (panel.type === 'row') return `check<Json<RowPanel>>(${JSON.stringify(panel)});`;
        const { options, ...rest } = panel as { type: string; options: object };
        const name = PANEL_TYPES[rest.type as keyof typeof PANEL_TYPES];
        const fields = name === 'Stat' ? 'Record<string, unknown>' : `Partial<${name}.FieldConfig>`;
        return [
          `check<Json<Panel<Record<string, unknown>, ${fields}>>>(${JSON.stringify(rest)});`,
          `check<Json<Partial<${name}.Options>>>(${JSON.stringify(options ?? {})});`,
        ].join('\n');
      }),
    ];
  });
  return [
    `import type { Dashboard, Panel, RowPanel } from '${schema}';`,
    ...imports,
    // Enumerations as the texts and numbers they are in JSON.
    'type Json<T> = 0 extends 1 & T ? T : T extends string | number | boolean | null | undefined ? Plain<T>',
    '  : T extends readonly (infer E)[] ? Json<E>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;',
    'type Plain<T> = T extends string ? `${T}` : T extends number ? (number extends T ? number : `${T}` extends `${infer N extends number}` ? N : T) : T;',
    'declare function check<T>(value: T): void;',
    ...values,
  ].join('\n');
}

/** The queries of annotations belong to their data sources; the schema knows only what all queries have. */
function withoutTargets(frame: Omit<Dashboard, 'panels'>): object {
  const list = (frame.annotations.list ?? []).map(({ target, ...annotation }) => ({
    ...annotation,
    ...(target === undefined ? {} : { target: { refId: 'A' } }),
  }));
  return { ...frame, annotations: { ...frame.annotations, list } };
}

describe.each(VERSIONS)('the schema of Grafana %s', (version) => {
  test('takes every dashboard and every panel with its options', async () => {
    expect(await compile(version, dashboards())).toBe('');
  });

  test('would refuse what it does not know', async () => {
    const { kpis } = dashboards();
    if (!kpis) throw new Error('no dashboard of that name');
    const broken = {
      ...kpis,
      colour: 'blue',
      panels: kpis.panels?.map((panel) =>
        panel.type === 'stat'
          ? { ...panel, options: { ...(panel as { options?: object }).options, colorMode: 'loud' } }
          : panel,
      ),
    };
    const complaints = await compile(version, { broken: broken as unknown as Dashboard });
    expect(complaints).toContain(`'"colour"' does not exist`);
    expect(complaints).toMatch(/"?loud"?/);
  });
});
