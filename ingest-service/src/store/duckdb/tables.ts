import { MEASUREMENT_NAMES, measurement, type FieldType, type MeasurementName } from '../../points/schema.ts';

const SQL_TYPES: Readonly<Record<FieldType, string>> = {
  float: 'DOUBLE',
  integer: 'BIGINT',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
};

export interface Table {
  name: MeasurementName;
  tags: readonly string[];
  fields: readonly (readonly [name: string, type: FieldType])[];
  /** Makes the table and its staging twin; adds columns that a newer version of the registry brought. */
  createSql: readonly string[];
  /** Moves what is staged into the table, except what is there already. Takes the least and greatest time staged. */
  mergeSql: string;
}

/**
 * One table a measurement: `atNs`, the tags ('' where absent, so that they compare), the fields. No primary key: its
 * index would hold every row in memory and make inserts several times slower. Instead a write joins against the rows
 * of its own time span, which DuckDB finds by the minimum and maximum it keeps for every row group.
 */
export const TABLES = Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, table(name)])) as unknown as Readonly<
  Record<MeasurementName, Table>
>;

export function quote(name: string): string {
  return `"${name}"`;
}

function table(name: MeasurementName): Table {
  const { tags, fields } = measurement(name);
  const columns = [
    ['atNs', 'BIGINT NOT NULL'],
    ...tags.map((tag) => [tag, 'VARCHAR NOT NULL']),
    ...Object.entries(fields).map(([field, type]) => [field, SQL_TYPES[type]]),
  ].map(([column, type]) => `${quote(String(column))} ${type}`);
  const additions = Object.entries(fields).map(
    ([field, type]) => `ALTER TABLE ${quote(name)} ADD COLUMN IF NOT EXISTS ${quote(field)} ${SQL_TYPES[type]}`,
  );
  const target = quote(name);
  const staged = `temp.${quote(stagingName(name))}`;
  const names = ['atNs', ...tags, ...Object.keys(fields)].map(quote).join(', ');
  const key = ['atNs', ...tags].map(quote);
  return {
    name,
    tags,
    fields: Object.entries(fields),
    createSql: [
      `CREATE TABLE IF NOT EXISTS ${target} (${columns.join(', ')})`,
      ...additions,
      `CREATE TEMP TABLE ${quote(stagingName(name))} (${columns.join(', ')})`,
    ],
    mergeSql: `INSERT INTO ${target} (${names}) SELECT ${names} FROM ${staged} AS s
      WHERE NOT EXISTS (FROM ${target} AS t WHERE t."atNs" BETWEEN $1 AND $2
        AND ${key.map((column) => `t.${column} = s.${column}`).join(' AND ')})
      QUALIFY row_number() OVER (PARTITION BY ${key.map((column) => `s.${column}`).join(', ')}) = 1`,
  };
}

export function stagingName(name: MeasurementName): string {
  return `staged_${name}`;
}
