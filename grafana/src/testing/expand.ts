/** Puts values in the place of dashboard variables and macros, in the way Grafana does it for each kind of source. */
export interface Choices {
  tenant: string;
  bin: string;
  site: readonly string[];
  item: readonly string[];
  device: readonly string[];
}

export interface TimeRange {
  fromMs: number;
  toMs: number;
}

const INTERVAL_MS = 60_000;

export function expandInfluxQl(query: string, choices: Choices, range: TimeRange): string {
  const withRegexes = query.replaceAll(
    /\$\{(\w+):regex\}/g,
    (_, name: string) => `(${listOf(choices, name).join('|')})`,
  );
  return withRegexes
    .replaceAll('$timeFilter', `time >= ${range.fromMs}ms AND time <= ${range.toMs}ms`)
    .replaceAll('$__interval', `${INTERVAL_MS}ms`)
    .replaceAll('$__from', String(range.fromMs))
    .replaceAll('$__to', String(range.toMs))
    .replaceAll('$tenant', choices.tenant)
    .replaceAll('$bin', choices.bin);
}

export function expandSql(query: string, choices: Choices, range: TimeRange): string {
  return query
    .replaceAll('$__interval_ms', String(INTERVAL_MS))
    .replaceAll('$__from', String(range.fromMs))
    .replaceAll('$__to', String(range.toMs))
    .replaceAll('$tenant', choices.tenant)
    .replaceAll('$bin', choices.bin)
    .replaceAll(/\$(site|item|device)\b/g, (_, name: string) =>
      listOf(choices, name)
        .map((value) => `'${value}'`)
        .join(','),
    );
}

export function expandPromQl(query: string): string {
  return query.replaceAll('$__rate_interval', '5m');
}

function listOf(choices: Choices, name: string): readonly string[] {
  if (name === 'site' || name === 'item' || name === 'device') return choices[name];
  throw new Error(`no variable ${name} with several values`);
}
