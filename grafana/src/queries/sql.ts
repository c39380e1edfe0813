import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

import { POSTGRESQL } from '../data-sources.ts';

interface SqlTarget {
  refId: string;
  datasource: typeof POSTGRESQL;
  editorMode: 'code';
  format: 'table' | 'time_series';
  rawQuery: true;
  rawSql: string;
  _implementsDataqueryVariant(): void;
}

/** A query of the system of record. Times there are Unix milliseconds, as are Grafana's `$__from` and `$__to`. */
export class SqlQuery implements Builder<Dataquery> {
  readonly #target: SqlTarget;

  /** @param text indented as the code around it; line breaks and indents are folded to single blanks */
  constructor(text: string) {
    this.#target = {
      refId: 'A',
      datasource: POSTGRESQL,
      editorMode: 'code',
      format: 'table',
      rawQuery: true,
      rawSql: text.trim().replaceAll(/\s+/g, ' '),
      _implementsDataqueryVariant() {},
    };
  }

  build(): SqlTarget {
    return this.#target;
  }

  refId(refId: string): this {
    this.#target.refId = refId;
    return this;
  }

  /** The first column is `time`; text columns name the series. */
  asTimeSeries(): this {
    this.#target.format = 'time_series';
    return this;
  }
}

/** The rows of the tenant and the sites chosen above the dashboard. */
export function inScope(alias?: string): string {
  const prefix = alias === undefined ? '' : `${alias}.`;
  return `${prefix}tenant_id = '$tenant' and ${prefix}site_id in ($site)`;
}

export const NOW_MS = 'extract(epoch from now()) * 1000';
