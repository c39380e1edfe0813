import { readFile } from 'node:fs/promises';

import { REQUIRED_CONSUMERS } from '@shelfwire/contract';
import type { Movement, OrderDetail, OrderSummary, StockItem, TelemetrySeries } from '@shelfwire/contract/api';

import { addComparisons, compareSeries, type Comparison } from './comparison.ts';
import type { Parts } from './centre.ts';
import { eventually } from './eventually.ts';
import { FaultSite } from './fault-site.ts';
import { describeFault, planFaults, planKills, type FaultKind, type PlannedFault } from './plan.ts';
import { Probe } from './probe.ts';
import { PROBES, probeLogin, SHELVES, SITE } from './site-files.ts';

/** So far from the true time may a reading be, with a gateway's clock that is stepped. */
const OFF_MS_MAX = 2 * 3_600_000;

export interface FaultReport {
  seed: number;
  parts: Parts;
  faults: Record<string, number>;
  messagesSent: number;
  /** The probes' messages against the readings in the store. */
  readings: Comparison;
  shelves: { binId: string; truth: number; ledger: number | null; movements: number }[];
  orders: {
    placed: number;
    atSupplier: number;
    repeatsToSupplier: number;
    overlapping: number;
    partlyReceived: number;
    leftOpen: number;
  };
  exitCodes: Record<string, number | null>;
  /** Empty when every promise held. */
  broken: string[];
}

/**
 * Runs the whole system for `seconds` while things are done to it, lets it come to rest, and compares what the
 * devices sent with what is stored, and what is on the shelves with what the ledger says.
 */
export async function runFaults(options: {
  seed: number;
  seconds: number;
  parts: Parts;
  /** Each process killed in turn, unless named. */
  kinds?: readonly FaultKind[] | undefined;
  /** How long a frozen process stays so, instead of some seconds. */
  stopMs?: number | undefined;
  say: (line: string) => void;
}): Promise<FaultReport> {
  const { seed, seconds, parts, kinds, stopMs, say } = options;
  say(`starting the ${parts} parts …`);
  const site = await FaultSite.start(parts, kinds);
  try {
    await site.startSim({ calm: false });
    const probes = PROBES.map(
      (deviceId) => new Probe({ deviceId, url: site.gateway.deviceUrl, password: probeLogin(deviceId).password }),
    );
    const fromMs = Date.now() - OFF_MS_MAX;
    const running = probes.map((probe) => probe.run(20));
    const lastsMs = seconds * 1_000;
    const faults = kinds ? planFaults(seed, lastsMs, kinds, { stopMs }) : killsInTurn(seed, lastsMs);
    await inflict(site, faults, lastsMs, say);
    for (const probe of probes) probe.stop();
    await site.ready(120_000); // a probe waits for its last PUBACK for ever, and a process that has ended gives none
    await Promise.all(running);
    say('traffic over; nobody takes any more, waiting until all is confirmed and at rest …');
    await site.stopSim();
    await site.startSim({ calm: true });
    await comeToRest(site);
    const supplied = await site.supplierOrders();
    await site.stopSim();
    say('the simulator has stopped; waiting until the gateway has nothing queued …');
    await site.gateway.drained();
    const report = await compare(site, probes, faults, { seed, parts, fromMs, supplied });
    report.exitCodes = await site.close();
    for (const [name, code] of Object.entries(report.exitCodes)) {
      if (code !== 0) report.broken.push(`${name} drained with exit code ${code}`);
    }
    if (report.broken.length === 0) await site.removeFolder();
    else say(`logs and data are kept in ${site.folder}`);
    return report;
  } catch (error) {
    say(`logs and data are kept in ${site.folder}`);
    await site.close().catch(() => undefined);
    throw error;
  }
}

function killsInTurn(seed: number, lastsMs: number): PlannedFault[] {
  return planKills(seed, lastsMs).map(({ victim, atMs, downMs }) => ({ kind: 'kill', victim, atMs, lastsMs: downMs }));
}

async function inflict(
  site: FaultSite,
  faults: readonly PlannedFault[],
  lastsMs: number,
  say: (line: string) => void,
): Promise<void> {
  const startedAtMs = Date.now();
  const until = (atMs: number): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, Math.max(0, startedAtMs + atMs - Date.now()));
    });
  for (const fault of faults) {
    await until(fault.atMs);
    const end = await site.begin(fault);
    await until(fault.atMs + fault.lastsMs);
    await end();
    say(`${(fault.atMs / 1_000).toFixed(1).padStart(6)} s  ${describeFault(fault)}`);
  }
  await until(lastsMs);
}

/** Orders delivered, shelves refilled, and the ledger the same as the truth, or the time is up and `compare` tells. */
async function comeToRest(site: FaultSite): Promise<void> {
  await site.ready(120_000);
  await eventually(
    'every order is closed, and ledger and truth come to the same',
    async () => {
      const [truth, stock] = [await shelfTruth(site), await site.centre.list<StockItem>('/api/v1/stock')];
      const open = await site.centre.list<OrderSummary>('/api/v1/orders?open=true');
      if (open.some(({ status }) => status !== 'PARTIALLY_RECEIVED')) return false;
      return SHELVES.every(({ binId }) => stock.find((item) => item.binId === binId)?.onHand === truth.get(binId));
    },
    60_000,
  ).catch(() => undefined);
}

async function compare(
  site: FaultSite,
  probes: readonly Probe[],
  faults: readonly PlannedFault[],
  about: { seed: number; parts: Parts; fromMs: number; supplied: Awaited<ReturnType<FaultSite['supplierOrders']>> },
): Promise<FaultReport> {
  const readings = addComparisons(
    await Promise.all(probes.map(async (probe) => compareSeries(probe.sent, await stored(site, probe, about.fromMs)))),
  );
  const truth = await shelfTruth(site);
  const stock = await site.centre.list<StockItem>('/api/v1/stock');
  const shelves: FaultReport['shelves'] = [];
  for (const { binId } of SHELVES) {
    const movements = await site.centre.list<Movement>(`/api/v1/stock/${binId}/movements?siteId=${SITE.siteId}`);
    const ledger = stock.find((item) => item.binId === binId)?.onHand ?? null;
    const sum = movements.reduce((total, movement) => total + movement.change, 0);
    shelves.push({ binId, truth: truth.get(binId) ?? -1, ledger, movements: sum });
  }
  const summaries = await site.centre.list<OrderSummary>('/api/v1/orders');
  const orders = await Promise.all(
    summaries.map(({ orderId }) => site.centre.get<OrderDetail>(`/api/v1/orders/${orderId}`)),
  );
  const report: FaultReport = {
    seed: about.seed,
    parts: about.parts,
    faults: countFaults(faults),
    messagesSent: probes.reduce((sum, probe) => sum + probe.sent.length, 0),
    readings,
    shelves,
    orders: {
      placed: orders.length,
      atSupplier: about.supplied.length,
      repeatsToSupplier: about.supplied.reduce((sum, order) => sum + order.repeats, 0),
      overlapping: countOverlapping(orders),
      // What was taken while a gateway was away hides a part of a refill: that order waits for a person, rightly.
      partlyReceived: orders.filter(({ status }) => status === 'PARTIALLY_RECEIVED').length,
      leftOpen: orders.filter(({ status }) => !ENDED.has(status) && status !== 'PARTIALLY_RECEIVED').length,
    },
    exitCodes: {},
    broken: [],
  };
  report.broken = findBrokenPromises(report);
  return report;
}

function countFaults(faults: readonly PlannedFault[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const fault of faults) {
    const name = 'victim' in fault ? `${fault.kind} ${fault.victim}` : fault.kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function findBrokenPromises(report: FaultReport): string[] {
  const broken: string[] = [];
  const { readings, orders } = report;
  if (readings.matched === 0) broken.push('no reading arrived at all');
  // With a clock that is set back, the order of times is not that of events; that of sequences is tested at the gateway.
  const inOrder = 'clock' in report.faults ? [] : (['misordered'] as const);
  for (const key of ['missing', 'duplicate', 'foreign', ...inOrder] as const) {
    if (readings[key] > 0) broken.push(`${readings[key]} readings ${key}`);
  }
  for (const { binId, truth, ledger, movements } of report.shelves) {
    if (ledger !== truth) broken.push(`${binId}: ${truth} pieces lie there, the ledger says ${ledger}`);
    if (ledger !== movements) broken.push(`${binId}: the ledger says ${ledger}, its movements add up to ${movements}`);
  }
  if (orders.atSupplier > orders.placed)
    broken.push(`the supplier has ${orders.atSupplier} orders of ${orders.placed}`);
  if (orders.placed === 0) broken.push('no order was placed at all');
  if (orders.leftOpen > 0) broken.push(`${orders.leftOpen} orders delivered, and never closed`);
  if (orders.overlapping > 0) broken.push(`${orders.overlapping} orders while another for the same bin was open`);
  return broken;
}

const ENDED = new Set(['RECEIVED', 'CLOSED', 'CANCELLED', 'REJECTED']);

/** Orders of one bin that were made while an earlier one had not ended: second orders. */
function countOverlapping(orders: readonly OrderDetail[]): number {
  const byBin = Map.groupBy(
    orders.flatMap((order) => order.lines.map((line) => ({ order, binId: line.binId }))),
    ({ binId }) => binId,
  );
  let overlapping = 0;
  for (const entries of byBin.values()) {
    const lives = entries
      .map(({ order }) => ({ fromMs: order.createdAtMs, toMs: endedAtMs(order) }))
      .sort((a, b) => a.fromMs - b.fromMs);
    let endMs = 0;
    for (const life of lives) {
      if (life.fromMs < endMs) overlapping += 1;
      endMs = Math.max(endMs, life.toMs);
    }
  }
  return overlapping;
}

function endedAtMs(order: OrderDetail): number {
  const ends = order.history.filter(({ status }) => ENDED.has(status)).map(({ atMs }) => atMs);
  return ends.length > 0 ? Math.min(...ends) : Number.POSITIVE_INFINITY;
}

/** The values of a probe in the store, in the order of their time. */
async function stored(site: FaultSite, probe: Probe, fromMs: number): Promise<number[]> {
  const query = new URLSearchParams({
    siteId: SITE.siteId,
    deviceId: probe.deviceId,
    field: 'netGrams',
    fromMs: String(fromMs),
    toMs: String(Date.now() + OFF_MS_MAX),
    limit: '100000',
  });
  const series = await site.centre.get<TelemetrySeries>(`/api/v1/telemetry/series?${query.toString()}`);
  if (series.truncated) throw new Error('more readings than the history API gives at once: run for a shorter time');
  return series.points.map(([, value]) => value ?? Number.NaN);
}

/** How many pieces really lie in each bin, by the simulator's own account. */
async function shelfTruth(site: FaultSite): Promise<Map<string, number>> {
  const truth = new Map<string, number>();
  for (const line of (await readFile(site.truthFile, 'utf8')).split('\n')) {
    if (line === '') continue;
    const event = parseLine(line);
    if (event?.type === 'start') for (const bin of event.bins ?? []) truth.set(bin.binId, bin.pieces);
    if ((event?.type === 'take' || event?.type === 'refill') && event.binId !== undefined) {
      truth.set(event.binId, event.piecesAfter ?? -1);
    }
  }
  return truth;
}

interface TruthEvent {
  type: string;
  binId?: string;
  piecesAfter?: number;
  bins?: { binId: string; pieces: number }[];
}

/** The last line may be half written while the simulator runs. */
function parseLine(line: string): TruthEvent | undefined {
  try {
    return JSON.parse(line) as TruthEvent;
  } catch {
    return undefined;
  }
}

/** The table that is printed at the end. */
export function formatReport(report: FaultReport): string {
  const { readings, orders } = report;
  const faults = Object.entries(report.faults).map(([name, count]) => `${name} ${count}×`);
  return [
    '',
    `seed ${report.seed}, ${report.parts} parts, confirmed by ${REQUIRED_CONSUMERS.join(' and ')}; ${faults.join(', ')}`,
    '',
    'readings   sent  matched  missing  duplicate  misordered  stored without PUBACK  made up',
    [
      String(report.messagesSent).padStart(15),
      String(readings.matched).padStart(9),
      String(readings.missing).padStart(9),
      String(readings.duplicate).padStart(11),
      String(readings.misordered).padStart(12),
      String(readings.unacknowledged).padStart(23),
      String(readings.foreign).padStart(9),
    ].join(''),
    '',
    'bin    on the shelf  ledger  sum of movements',
    ...report.shelves.map(
      ({ binId, truth, ledger, movements }) =>
        `${binId.padEnd(6)}${String(truth).padStart(13)}${String(ledger).padStart(8)}${String(movements).padStart(18)}`,
    ),
    '',
    `orders: ${orders.placed} placed, ${orders.atSupplier} at the supplier, ${orders.repeatsToSupplier} repeats recognised by it, ${orders.overlapping} second orders, ${orders.partlyReceived} partly received`,
    '',
    report.broken.length === 0
      ? 'every promise held'
      : `BROKEN:\n${report.broken.map((line) => `  - ${line}`).join('\n')}`,
  ].join('\n');
}

/** A row each for the table of the faults, in the columns of the simulation's rows. */
export function processRows(reports: readonly FaultReport[]): readonly (string | number)[][] {
  return reports.map(({ faults, parts, messagesSent, readings, orders }) => {
    const kinds = new Set(Object.keys(faults).map((name) => name.split(' ')[0] ?? name));
    const times = Object.values(faults).reduce((sum, each) => sum + each, 0);
    const { matched, missing, duplicate } = readings;
    return [
      [...kinds].join(', '),
      parts,
      times,
      messagesSent,
      matched,
      duplicate,
      missing,
      orders.placed,
      orders.overlapping,
    ];
  });
}
