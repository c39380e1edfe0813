import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { z } from 'zod';

import { booleanSetting, portSetting, readConfig } from './config.ts';

const schema = z.object({
  SHELFWIRE_HTTP_PORT: portSetting.default(3000),
  SHELFWIRE_TLS: booleanSetting.default(false),
  SHELFWIRE_PASSWORD: z.string(),
});

test('three mistakes are reported at once, each with its variable', () => {
  expect(() =>
    readConfig(schema, { SHELFWIRE_HTTP_PORT: '70000', SHELFWIRE_TLS: 'yes', SHELFWIRE_PASSWORD_FILE: '/nowhere' }),
  ).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/SHELFWIRE_PASSWORD_FILE.*ENOENT[^]*SHELFWIRE_HTTP_PORT[^]*SHELFWIRE_TLS/),
    }),
  );
});

test('what is missing is called missing', () => {
  expect(() => readConfig(schema, {})).toThrow(/1 problem in the environment:\n {2}- SHELFWIRE_PASSWORD: is missing$/);
});

test('a secret is read from the file that NAME_FILE names, without its last line break', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'shelfwire-config-')), 'password');
  writeFileSync(file, 's3cret\n');
  expect(readConfig(schema, { SHELFWIRE_PASSWORD_FILE: file }).SHELFWIRE_PASSWORD).toBe('s3cret');
});

test('an empty variable counts as unset', () => {
  expect(readConfig(schema, { SHELFWIRE_HTTP_PORT: '', SHELFWIRE_PASSWORD: 'x' }).SHELFWIRE_HTTP_PORT).toBe(3000);
});

test('a variable and its file together are a mistake, not a guess', () => {
  expect(() => readConfig(schema, { SHELFWIRE_PASSWORD: 'a', SHELFWIRE_PASSWORD_FILE: '/b' })).toThrow(/not both/);
});
