import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { ALERT_RULES } from './rules.ts';

const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');

test('each alert rule has its section in docs/runbook.md, which says what it means and what to do', () => {
  const sections = new Map(
    runbook
      .split('<a id="alert-')
      .slice(1)
      .map((text): [string, string] => [text.slice(0, text.indexOf('"')), text]),
  );
  expect([...sections.keys()].toSorted()).toEqual(ALERT_RULES.map(({ uid }) => uid).toSorted());
  for (const { uid, title } of ALERT_RULES) {
    const section = sections.get(uid) ?? '';
    expect(section, uid).toContain(`\n## ${title}\n`);
    for (const part of ['**Means**', '**Find out**', '**Do**']) expect(section, uid).toContain(part);
  }
});
