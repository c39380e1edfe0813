import { readFileSync } from 'node:fs';

import { alertKindSchema } from '@shelfwire/contract/api';
import { expect, test } from 'vitest';

import { ALERT_RULES } from './rules.ts';

const PARTS = ['**Means**', '**Find out**', '**Do**', '**Over**'];
const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');

/** What stands behind each anchor of this kind, up to the next heading. */
function sections(kind: string): Map<string, string> {
  return new Map(
    runbook
      .split(`<a id="${kind}-`)
      .slice(1)
      .map((text): [string, string] => [
        text.slice(0, text.indexOf('"')),
        text.split('\n## ').slice(0, 2).join('\n## '),
      ]),
  );
}

test('each alert rule has its section in docs/runbook.md: what it means, what to do, when it is over', () => {
  const written = sections('alert');
  expect([...written.keys()].toSorted()).toEqual(ALERT_RULES.map(({ uid }) => uid).toSorted());
  for (const { uid, title } of ALERT_RULES) {
    const section = written.get(uid) ?? '';
    expect(section, uid).toContain(`\n## ${title}\n`);
    for (const part of PARTS) expect(section, uid).toContain(part);
  }
});

test('so has each kind of alert that the reorder-service tells people of', () => {
  const written = sections('service-alert');
  const anchorOf = (kind: string): string => kind.toLowerCase().replaceAll('_', '-');
  expect([...written.keys()].toSorted()).toEqual(alertKindSchema.options.map(anchorOf).toSorted());
  for (const kind of alertKindSchema.options) {
    const section = written.get(anchorOf(kind)) ?? '';
    expect(section, kind).toContain(`(${kind})\n`);
    for (const part of PARTS) expect(section, kind).toContain(part);
  }
});
