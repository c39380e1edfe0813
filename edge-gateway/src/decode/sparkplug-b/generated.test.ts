import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';

import { expect, onTestFinished, test } from 'vitest';

const folder = new URL('.', import.meta.url).pathname;
const programs = new URL('../../../../node_modules/.bin', import.meta.url).pathname;

test('the generated code is what the .proto gives; if not: npm run generate', () => {
  const made = mkdtempSync(join(tmpdir(), 'shelfwire-sparkplug-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  execFileSync(join(programs, 'buf'), ['generate', '.', '--template', 'buf.gen.yaml', '-o', made], {
    cwd: folder,
    env: { ...process.env, PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: 'pipe',
  });
  const file = 'generated/sparkplug-b_pb.ts';
  expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(join(made, file), 'utf8'));
});
