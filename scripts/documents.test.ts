import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

// What a page names is there: headings that links lead to, files, routes. (Links to files, commands, variables, error codes
// and metrics: tidy.test.ts.)
const root = fileURLToPath(new URL('..', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = tracked.filter((path) => path.endsWith('.md'));

/** As GitHub and GitLab make them: lower case, no punctuation, a number behind one that was there before. */
function anchorsOf(page: string): Set<string> {
  const text = read(page);
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id));
  for (const [, heading = ''] of text.replaceAll(/```.*?```/gs, '').matchAll(/^#{1,6} (.*)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = words
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let number = 1; anchors.has(anchor); number += 1) anchor = `${slug}-${number}`;
    anchors.add(anchor);
  }
  return anchors;
}

test('every link to a heading leads to one', () => {
  const dead: string[] = [];
  for (const page of pages) {
    for (const [link, path = '', anchor = ''] of read(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)) {
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (target.endsWith('.md') && existsSync(join(root, target)) && !anchorsOf(target).has(anchor))
        dead.push(`${page} → ${link}`);
    }
  }
  expect(dead).toEqual([]);
});

describe('files', () => {
  /** History, and what decoders' pages say of vendors' own files. */
  const OF_OTHERS = /^CHANGELOG\.md$|^docs\/decisions\/|^edge-gateway\/src\/decode\/[^/]+\/README\.md$/;
  /** Made by an installation, a build or a process: in no repository. */
  const MADE = (
    '.env config/ secrets/ certificates/ data/ docker-compose.digests.yml console/dist commissioned.json settling.ndjson ' +
    'simulation.json secrets.json main.js /dist/ overlays/mine/'
  ).split(' ');
  const NAME = /^[\w./@-]+\.(tsx?|m?js|sh|ya?ml|json|conf|sql|html|md|ndjson|css|toml)$/;

  test('every file that a page names in backticks is there', () => {
    const missing: string[] = [];
    for (const page of pages.filter((path) => !OF_OTHERS.test(path))) {
      for (const [, name = ''] of read(page).matchAll(/(?<!`)`([^`\n]+)`(?!`)/g)) {
        if (!NAME.test(name) || MADE.some((part) => name.includes(part))) continue;
        const beside = normalize(join(dirname(page), name));
        const isThere = tracked.some((path) => path === beside || path === name || path.endsWith(`/${name}`));
        if (!isThere) missing.push(`${page}: ${name}`);
      }
    }
    expect(missing).toEqual([]);
  });

  test('every workspace says in a README what it is', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    const folders = [...workspaces, 'deploy', 'mosquitto', 'docs/decisions'];
    expect(folders.filter((folder) => !tracked.includes(`${folder}/README.md`))).toEqual([]);
  });
});

describe('routes', () => {
  const { paths } = JSON.parse(read('contract/openapi.json')) as { paths: Record<string, Record<string, unknown>> };
  const central = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const local = tracked
    .filter((path) => /^edge-gateway\/src\/commission\/[a-z-]*routes\.ts$/.test(path))
    .flatMap((path) => [...read(path).matchAll(/api\.(get|post|put|delete)(?:<[^(]*>)?\(\s*'([^']+)'/g)])
    .map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`);
  const known = [...central, ...local].map(partsOf);

  /** `POST /api/v1/orders/<id>/urge` → its words, with '' where anything may stand. */
  function partsOf(route: string): string[] {
    return route
      .replaceAll(/<[^>]+>|:\w+|\{[^}]+\}/g, '')
      .split(/[ /]/)
      .filter((part, index) => index !== 1 || part !== '');
  }

  test('there are some of both', () => {
    expect(central.length).toBeGreaterThan(100);
    expect(local.length).toBeGreaterThan(15);
  });

  test('every route that a page names with its method exists', () => {
    const unknown: string[] = [];
    const named = /\b(GET|POST|PUT|PATCH|DELETE) (\/api\/v1\/(?:<[^>]+>|[\w/:{}.-])*)/g;
    for (const page of pages.filter((path) => path !== 'CHANGELOG.md')) {
      for (const [route] of read(page).matchAll(named)) {
        const wanted = partsOf(route.replace(/[./]+$/, ''));
        const fits = (parts: string[]): boolean =>
          parts.length === wanted.length &&
          parts.every((part, index) => part === wanted[index] || part === '' || wanted[index] === '');
        if (!known.some(fits)) unknown.push(`${page}: ${route}`);
      }
    }
    expect(unknown).toEqual([]);
  });
});
