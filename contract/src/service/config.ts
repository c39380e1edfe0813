import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { ShelfwireError } from '../error.ts';

/**
 * Reads a service's settings from environment variables, once, and reports every problem together. Opens no connection.
 * `NAME_FILE` in place of `NAME` reads the value from that file (secrets as files); an empty variable counts as unset.
 * @param schema a zod object whose keys are the variables' names
 * @throws ShelfwireError CONFIG_INVALID with one line a problem
 */
export function readConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const problems: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name];
    const file = env[`${name}_FILE`];
    if (value && file) problems.push(`${name}: set ${name} or ${name}_FILE, not both`);
    else if (value) values[name] = value;
    else if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        problems.push(`${name}_FILE: cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
      }
    }
  }
  if ('SHELFWIRE_HTTP_TLS_CERT' in values !== 'SHELFWIRE_HTTP_TLS_KEY' in values) {
    problems.push('SHELFWIRE_HTTP_TLS_CERT: set it together with SHELFWIRE_HTTP_TLS_KEY, or neither');
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) problems.push(...describeIssues(parsed.error));
  if (problems.length > 0 || !parsed.success) throw configInvalid('the environment', problems);
  return parsed.data;
}

/** The one form in which a wrong configuration is reported: every problem, each with where it is. */
export function configInvalid(source: string, problems: readonly string[]): ShelfwireError {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new ShelfwireError(
    'CONFIG_INVALID',
    `${count} in ${source}:\n${problems.map((line) => `  - ${line}`).join('\n')}`,
  );
}

/** One line an issue: `path.to.key: what is wrong`. */
export function describeIssues(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const where = issue.path.length > 0 ? issue.path.join('.') : '(top)';
    return `${where}: ${issue.message.endsWith('received undefined') ? 'is missing' : issue.message}`;
  });
}

/** A TCP port; 0 lets the system choose. */
export const portSetting = z.coerce.number().int().min(0).max(65_535);

/** Milliseconds, more than none. */
export const durationMsSetting = z.coerce.number().int().min(1);

/** `true` or `false`, nothing else. */
export const booleanSetting = z.enum(['true', 'false']).transform((text) => text === 'true');
