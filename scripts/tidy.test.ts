import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

// What a newcomer relies on when looking for something, checked on the tracked files themselves.
const root = fileURLToPath(new URL('..', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = tracked.filter((path) => /^[a-z-]+\/src\/.*\.tsx?$/.test(path) && !path.includes('/generated/'));
const SERVICES = ['edge-gateway', 'ingest-service', 'reorder-service', 'device-sim', 'console'];

describe('folders', () => {
  test('the names that outsiders rely on stand at the top', () => {
    const names =
      'edge-gateway ingest-service reorder-service device-sim grafana mosquitto docker-compose.yml package.json ' +
      'tsconfig.json README.md LICENSE CHANGELOG.md .ci/run';
    expect(names.split(' ').filter((name) => !existsSync(join(root, name)))).toEqual([]);
  });

  test('there is no folder or file for leftovers', () => {
    expect(sources.filter((path) => /(^|\/)(utils?|helpers?|common|misc|base-[^/]*)(\/|\.ts$)/.test(path))).toEqual([]);
  });
});

describe('imports', () => {
  test('a service imports the contract and nothing of another service', () => {
    const offenders = sources.filter((path) => {
      const own = path.split('/')[0] ?? '';
      if (!SERVICES.includes(own)) return false;
      const others = SERVICES.filter((name) => name !== own);
      return others.some((name) => new RegExp(`from '(@shelfwire/|(\\.\\./)+)${name}[/']`).test(read(path)));
    });
    expect(offenders).toEqual([]);
  });

  test('the contract imports nothing of ours', () => {
    const contract = sources.filter((path) => path.startsWith('contract/') && !path.endsWith('.test.ts'));
    expect(contract.filter((path) => read(path).includes("from '@shelfwire/"))).toEqual([]);
  });

  test("the simulator's encoders never import the gateway's decoders", () => {
    const encoders = sources.filter((path) => path.startsWith('device-sim/'));
    expect(encoders.filter((path) => /from '.*(edge-gateway|decode)/.test(read(path)))).toEqual([]);
  });

  test('only config.ts and main.ts read the environment of a service', () => {
    const offenders = sources.filter(
      (path) =>
        SERVICES.includes(path.split('/')[0] ?? '') &&
        !/(config|main)\.ts$|\.(test|conformance)\.ts$|\/testing\//.test(path) &&
        read(path).includes('process.env'),
    );
    expect(offenders).toEqual([]);
  });
});

describe('decoders', () => {
  const folder = 'edge-gateway/src/decode';
  const models = readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, folder, entry.name, 'decoder.ts')))
    .map((entry) => entry.name);

  test('there are some', () => {
    expect(models.length).toBeGreaterThanOrEqual(3);
  });

  test.each(models)('%s has a README, cases and a line in the registry', (model) => {
    expect(existsSync(join(root, folder, model, 'README.md'))).toBe(true);
    expect(readdirSync(join(root, folder, model, 'cases')).length).toBeGreaterThan(0);
    expect(read(`${folder}/registry.ts`)).toContain(`./${model}/`);
  });
});

describe('documents', () => {
  const pages = tracked.filter((path) => path.endsWith('.md'));

  test('no link leads nowhere', () => {
    const dead: string[] = [];
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g)) {
        const path = normalize(join(dirname(page), decodeURIComponent(target ?? '')));
        if (!existsSync(join(root, path))) dead.push(`${page} → ${target}`);
      }
    }
    expect(dead).toEqual([]);
  });

  test('every threat is shown by a file that is there, and every test that a page names is there', () => {
    const isThere = (page: string, name: string): boolean =>
      tracked.some(
        (path) => path === name || path.endsWith(`/${name}`) || path === normalize(join(dirname(page), name)),
      );
    const threats = read('docs/security.md').match(/^\| [STRIDE] \|.*$/gm) ?? [];
    expect(threats.length).toBeGreaterThanOrEqual(20);
    expect(threats.filter((row) => !/`[^`]+`|the same/.test(row.split('|')[4] ?? ''))).toEqual([]);
    const missing = pages.flatMap((path) =>
      [...read(path).matchAll(/`([\w./-]+\.test\.ts)`/g)]
        .map(([, name = '']) => name)
        .filter((name) => !isThere(path, name))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test('every npm script that a page names exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const unknown: string[] = [];
    for (const page of pages) {
      for (const [, name = ''] of read(page).matchAll(/`?npm run ([a-z:-]+)(?![^\n`]* -w)/g)) {
        if (!(name in scripts)) unknown.push(`${page}: npm run ${name}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  test('every environment variable that a page or the compose file names is known to a service, a test, a bench or a script', () => {
    const known = sources
      .filter((path) =>
        /(config|main|requirement|options|process)\.ts$|\.(test|conformance)\.ts$|^bench\/src\//.test(path),
      )
      .map(read)
      .concat(read('.env.example')) // what compose itself fills in
      .concat(tracked.filter((path) => /^scripts\/.*\.ts$|^deploy\/up\.sh$/.test(path)).map(read))
      .join('\n');
    const unknown: string[] = [];
    for (const page of [...pages, 'docker-compose.yml']) {
      for (const [name] of read(page).matchAll(/SHELFWIRE_[A-Z_]*[A-Z]/g)) {
        if (!known.includes(name.replace(/_FILE$/, ''))) unknown.push(`${page}: ${name}`);
      }
    }
    expect([...new Set(unknown)]).toEqual([]);
  });

  test('every ERROR code in the code is listed with what to do', () => {
    const listed = read('docs/errors.md');
    const missing: string[] = [];
    for (const path of sources.filter((name) => !name.endsWith('.test.ts'))) {
      for (const [, code = ''] of read(path).matchAll(/new ShelfwireError\(\s*'([A-Z_]+)'/g)) {
        if (!listed.includes(`\`${code}\``)) missing.push(`${path}: ${code}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe('metrics', () => {
  test('every metric that anything names stands in the contract', async () => {
    const definitions = read('contract/src/metrics.ts');
    const unknown = new Set<string>();
    const places = tracked.filter((path) => /\.(ts|tsx|json|ya?ml|md)$/.test(path) && path !== 'package-lock.json');
    for (const path of places) {
      for (const [name] of read(path).matchAll(/shelfwire_(gateway|ingest|reorder|sim)_[a-z_]*[a-z]/g)) {
        const base = name.replace(/_(bucket|sum|count)$/, '');
        if (!definitions.includes(`${name}:`) && !definitions.includes(`${base}:`)) unknown.add(`${path}: ${name}`);
      }
    }
    expect([...unknown]).toEqual([]);
  });
});
