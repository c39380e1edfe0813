import { readFileSync } from 'node:fs';

/** One item of a public demand set, as the protocol of ../shared/demand/README.md has it. */
export interface DemandItem {
  id: string;
  price: number;
  /** Periods from the end of the one in which it is ordered; at least 1. */
  leadTime: number;
  minOrderQuantity: number;
  /** S − s + 1, the same for all policies of a set. */
  orderQuantity: number;
  /** What the company itself uses; oil only. */
  planners: { min: number; max: number } | undefined;
  demand: readonly number[];
}

export interface DemandSet {
  name: 'oil' | 'raf' | 'man';
  /** Periods that a policy may learn from before it is measured. */
  training: number;
  items: readonly DemandItem[];
}

const DAYS_PER_MONTH = 30.437_5;

type Row = ReadonlyMap<string, string>;

export function readDemandSet(folder: string, name: DemandSet['name']): DemandSet {
  const rows = readCsv(`${folder}/public/${name}.csv`);
  const set = { oil, raf, man }[name](rows);
  return { name, ...set, items: set.items.filter((item) => isJudged(item, set.training)) };
}

type Made = Omit<DemandSet, 'name'>;

function oil(rows: readonly Row[]): Made {
  const items = rows.map((row): DemandItem => {
    const [min, max] = [number(row, 'min_reorder_point'), number(row, 'max_stock_level')];
    return {
      ...common(row, 'price'),
      leadTime: Math.max(1, Math.ceil(number(row, 'delivery_days') / DAYS_PER_MONTH)),
      minOrderQuantity: 1,
      orderQuantity: max - min + 1,
      planners: { min, max },
    };
  });
  return { training: 31, items: items.filter((item) => (item.planners?.max ?? 0) <= 1_000) };
}

function raf(rows: readonly Row[]): Made {
  const items = rows
    .filter((row) => number(row, 'lead_time_months') > 0)
    .map((row): DemandItem => {
      const { demand, ...rest } = common(row, 'price_gbp');
      const leadTime = number(row, 'lead_time_months');
      const orderQuantity = Math.max(1, Math.round(6 * meanOf(demand.slice(0, 48))));
      return { ...rest, demand, leadTime, minOrderQuantity: 1, orderQuantity, planners: undefined };
    });
  return { training: 48, items };
}

function man(rows: readonly Row[]): Made {
  const items = rows.map((row): DemandItem => {
    const { demand, ...rest } = common(row, 'cost_price_eur');
    const minOrderQuantity = Math.max(1, number(row, 'min_order_qty'));
    const perYear = 52 * meanOf(demand.slice(0, 98));
    const economic = rest.price > 0 ? Math.sqrt((2 * 5 * perYear) / (0.2 * rest.price)) : 1;
    return {
      ...rest,
      demand,
      leadTime: Math.max(1, number(row, 'lead_time_weeks')),
      minOrderQuantity,
      orderQuantity: Math.max(minOrderQuantity, Math.max(1, Math.round(economic))),
      planners: undefined,
    };
  });
  return { training: 98, items };
}

function common(row: Row, price: string): Pick<DemandItem, 'id' | 'price' | 'demand'> {
  const demand = [...row.entries()]
    .filter(([name]) => /^(\d{4}-\d\d|w\d+)$/.test(name))
    .map(([, value]) => Number(value));
  return { id: row.get('id') ?? '', price: number(row, price), demand };
}

function isJudged(item: DemandItem, training: number): boolean {
  return item.price > 0 && item.demand.slice(0, training).filter((each) => each > 0).length >= 2;
}

function number(row: Row, name: string): number {
  return Number(row.get(name) ?? 0);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function readCsv(file: string): Row[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    return new Map(names.map((name, index) => [name, values[index] ?? '']));
  });
}
