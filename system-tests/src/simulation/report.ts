import type { BrokenPromise } from './broken-promise.ts';
import type { SimulationReport } from './run.ts';

/** What happened in all runs together, and the broken promises of each with the seed that shows them again. */
export function formatSimulation(reports: readonly SimulationReport[]): string {
  const sum = (of: (report: SimulationReport) => number): number =>
    reports.reduce((total, each) => total + of(each), 0);
  const faults = new Map<string, number>();
  for (const report of reports) {
    for (const [name, times] of Object.entries(report.faults)) faults.set(name, (faults.get(name) ?? 0) + times);
  }
  const broken = reports.filter((report) => report.broken.length > 0);
  return [
    'fault                                              times',
    ...[...faults]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, times]) => `${name.padEnd(50)} ${String(times).padStart(5)}`),
    '',
    `site-days ${sum(({ days }) => days)}, messages ${sum(({ messages }) => messages)}, readings that were told to be safe ${sum(({ durable }) => durable)},`,
    `approvals ${sum(({ approvals }) => approvals.approved)}, called off ${sum(({ approvals }) => approvals.calledOff)}, refused to people ${sum(({ approvals }) => approvals.refused)},`,
    `stored ${sum(({ stored }) => stored)}, picks ${sum(({ picks }) => picks)}, orders ${sum(({ orders }) => orders)}, deaths of processes ${sum(({ crashes }) => crashes)}, asked meanwhile ${sum(({ asked }) => asked)}`,
    broken.length === 0
      ? 'every promise held: nothing lost, nothing stored twice, ledger = shelves, no second order, none on doubt, none forgotten, none late, none unapproved'
      : `broken promises in ${broken.length} of ${reports.length} runs:`,
    ...broken.flatMap(({ seed, days, broken: sentences }) => [
      `  seed ${seed} (again: npm run test:faults -- --scenario simulation --seed ${seed} --days ${days})`,
      ...sentences.map(({ sentence }) => `    ${sentence}`),
    ]),
  ].join('\n');
}

const FAULT_COLUMNS: readonly string[] = [
  'fault',
  'parts',
  'times',
  'readings in',
  'stored',
  'duplicate',
  'lost',
  'orders',
  'double',
];

/** One row a run; each was given one kind of fault, or all of them. */
export function simulationRows(
  runs: readonly { name: string; report: SimulationReport }[],
): readonly (string | number)[][] {
  return runs.map(({ name, report }) => {
    const count = (kind: BrokenPromise['kind']): number => report.broken.filter((each) => each.kind === kind).length;
    const times = Object.values(report.faults).reduce((sum, each) => sum + each, 0);
    const { durable, stored, orders } = report;
    return [
      name,
      'simulated',
      times,
      durable,
      stored,
      count('duplicate'),
      count('lost'),
      orders,
      count('double-order'),
    ];
  });
}

export function formatFaultTable(rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(FAULT_COLUMNS), line(FAULT_COLUMNS.map(() => '---')), ...rows.map(line)].join('\n');
}
