import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../deploy/', import.meta.url));
const compose = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8');
const helpOf = (script: string): string =>
  execFileSync('sh', [`${folder}${script}`, '--help'], { cwd: '/', encoding: 'utf8' });

describe('the scripts of deploy', () => {
  test.each(readdirSync(folder).filter((name) => name.endsWith('.sh')))(
    '%s says with --help how it is called, and does nothing else',
    (script) => {
      const said = helpOf(script);
      expect(said).toContain(script);
      expect(said).not.toContain('set -eu');
    },
  );

  test('every secret of the compose file can be rotated, or the script says that it cannot', () => {
    const secrets = [...compose.matchAll(/^ {2}(\w+): \{ file: \.\/secrets\//gm)].map(([, name = '']) => name);
    expect(secrets.length).toBeGreaterThan(10);
    const script = readFileSync(`${folder}rotate.sh`, 'utf8');
    expect(secrets.filter((name) => !script.includes(name))).toEqual([]);
  });

  test('the authority makes a certificate for every part whose certificate the compose file names', () => {
    const parts = [...compose.matchAll(/\.\/certificates\/([a-z-]+)\.key/g)].map(([, part = '']) => part);
    const made = /^for part in (.*); do$/m.exec(readFileSync(`${folder}make-certificates.sh`, 'utf8'))?.[1] ?? '';
    expect(made.split(' ').toSorted()).toEqual(parts.toSorted());
  });
});
