import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';

import { INFLUXDB } from '../data-sources.ts';

/**
 * The foundation SDK has no builder for InfluxQL, so here is a small one. It knows the form of our queries only: one
 * measurement, aggregates of its fields, the tags of a site, a time filter. Identifiers are always quoted (`order` is a
 * keyword), and everything it names is kept in `names`, so that a test can compare it with docs/telemetry-schema.md.
 */
export interface InfluxQlSelection {
  measurement: string;
  /** Output name → expression; in it, fields stand in double quotes. */
  fields: Readonly<Record<string, string>>;
  /** Further conditions, joined by `and`. */
  where?: readonly string[];
  groupByTime?: string;
  groupByTags?: readonly string[];
  fill?: 'none' | 'null' | 'previous' | '0';
  /** An aggregate over the answer's series: what is asked for becomes a subquery, of which this is taken. */
  outer?: string;
  /** What is true of the whole site selection; alert rules have no variables. */
  scope?: 'site' | 'everything';
}

interface InfluxQlTarget {
  refId: string;
  datasource: typeof INFLUXDB;
  query: string;
  rawQuery: true;
  resultFormat: 'time_series' | 'table';
  alias?: string;
  hide?: boolean;
  _implementsDataqueryVariant(): void;
}

export const TENANT_AND_SITE = [`"tenantId" = '$tenant'`, '"siteId" =~ /^${site:regex}$/'] as const;

export class InfluxQlQuery implements Builder<Dataquery> {
  readonly measurement: string;
  readonly #target: InfluxQlTarget;

  constructor(selection: InfluxQlSelection) {
    this.measurement = selection.measurement;
    this.#target = {
      refId: 'A',
      datasource: INFLUXDB,
      query: influxQlText(selection),
      rawQuery: true,
      resultFormat: 'time_series',
      _implementsDataqueryVariant() {},
    };
  }

  build(): InfluxQlTarget {
    return this.#target;
  }

  refId(refId: string): this {
    this.#target.refId = refId;
    return this;
  }

  /** `$tag_siteId` and `$col` stand for a series' tag and field. */
  alias(alias: string): this {
    this.#target.alias = alias;
    return this;
  }

  asTable(): this {
    this.#target.resultFormat = 'table';
    return this;
  }
}

export function influxQlText(selection: InfluxQlSelection): string {
  const inner = innerText(selection);
  // The time must stand outside as well: an aggregate over a subquery without it covers everything up to now.
  return selection.outer === undefined
    ? inner
    : `SELECT ${selection.outer} AS "value" FROM (${inner}) WHERE $timeFilter`;
}

function innerText(selection: InfluxQlSelection): string {
  const fields = Object.entries(selection.fields).map(([name, expression]) => `${expression} AS ${quoted(name)}`);
  const scope = selection.scope === 'everything' ? [] : TENANT_AND_SITE;
  const conditions = [...scope, ...(selection.where ?? []), '$timeFilter'];
  const groups = [
    ...(selection.groupByTime === undefined ? [] : [`time(${selection.groupByTime})`]),
    ...(selection.groupByTags ?? []).map(quoted),
  ];
  const fill = selection.fill === undefined ? '' : ` fill(${selection.fill})`;
  return [
    `SELECT ${fields.join(', ')} FROM ${quoted(selection.measurement)}`,
    `WHERE ${conditions.join(' AND ')}`,
    ...(groups.length === 0 ? [] : [`GROUP BY ${groups.join(', ')}${fill}`]),
  ].join(' ');
}

function quoted(name: string): string {
  return `"${name}"`;
}
