import { broke, type BrokenPromise } from './broken-promise.ts';
import type { SimulatedSite } from './simulated-site.ts';

type SupplierOrder = SimulatedSite['supplier']['book']['orders'][number];

/** A delivery may be short by so much, or by what is taken while it is put away. */
const SHORT_RATIO_MAX = 0.1;

/** What the book of orders says is what the supplier said of each, and goods came before an order ended. */
export async function findWrongPapers(site: SimulatedSite): Promise<BrokenPromise[]> {
  const lines = await linesOf(site);
  const broken: BrokenPromise[] = [];
  const wrong = (line: Line, sentence: string): number =>
    broken.push(broke('wrong-papers', `${line.orderNumber} for ${line.binId} ${sentence}`));
  for (const line of lines) {
    const told = site.supplier.book.orders.find(({ order }) => order.orderId === line.orderId);
    for (const sentence of answersWrong(line, told)) wrong(line, sentence);
    if (line.closedAtMs === null || isCalledOff(line)) continue;
    const ended = lines.filter(
      (each) =>
        each.binId === line.binId && !isCalledOff(each) && (each.closedAtMs ?? Infinity) <= Number(line.closedAtMs),
    );
    const least = ended.reduce(
      (sum, { ordered }) => sum + ordered - Math.max(1, Math.ceil(ordered * SHORT_RATIO_MAX)),
      0,
    );
    const came = site.putAwayUntil(line.binId, line.closedAtMs);
    if (came < least) wrong(line, `ended when ${came} pieces had come, of at least ${least}`);
  }
  return broken;
}

/** The supplier tells until it is answered: what it was not answered may count all the same. */
function answersWrong(line: Line, told: SupplierOrder | undefined): string[] {
  const ofLine = ({ lineNumber }: { lineNumber: number }): boolean => lineNumber === line.lineNumber;
  const inPieces = (units: number | undefined): number => (units ?? 0) * line.packQuantity;
  const confirmed = inPieces(told?.response?.lines.find(ofLine)?.confirmedUnits);
  const shipped = inPieces(told?.despatch?.lines.find(ofLine)?.shippedUnits);
  const isAnswered = told !== undefined && told.stage !== 'received';
  const hasLeft = isAnswered && told.stage !== 'responded';
  const number = told?.supplierOrderNumber ?? null;
  const wrong: string[] = [];
  type Value = string | number | null;
  const compare = (what: string, booked: Value, nothing: Value, said: Value, isTold: boolean): void => {
    if (booked === said || (!isTold && booked === nothing)) return;
    wrong.push(`has ${what} ${booked ?? 'nothing'}, the supplier ${said ?? 'nothing'}`);
  };
  compare('the number', line.supplierNumber, null, number, isAnswered);
  compare('confirmed', line.confirmed, null, confirmed, isAnswered);
  compare('shipped', line.shipped, 0, shipped, hasLeft);
  return wrong;
}

/** A need lasts as long as something is on order for it, and ends with the goods. */
export async function findWrongEpisodes(site: SimulatedSite): Promise<BrokenPromise[]> {
  const broken: BrokenPromise[] = [];
  const lines = (await linesOf(site)).filter((line) => !isCalledOff(line));
  for (const same of Map.groupBy(lines, ({ episodeId }) => episodeId).values()) {
    const [first] = same;
    if (!first || first.episodeId === null) continue;
    const lastEndedAtMs = Math.max(...same.map(({ closedAtMs }) => closedAtMs ?? Infinity));
    const endedAtMs = first.episodeClosedAtMs ?? Infinity;
    if (endedAtMs < lastEndedAtMs)
      broken.push(broke('forgotten-order', `the need of ${first.binId} ended before ${first.orderNumber}`));
    // In one transaction, whatever crashed.
    if (endedAtMs > lastEndedAtMs)
      broken.push(broke('late-close', `the need of ${first.binId} outlived the goods of ${first.orderNumber}`));
  }
  return broken;
}

/** A person did not want it: no goods come, and the need stays or is put off. */
function isCalledOff({ status }: Line): boolean {
  return status === 'CANCELLED';
}

type Line = Awaited<ReturnType<typeof linesOf>>[number];

async function linesOf({ database }: SimulatedSite) {
  return database.db
    .selectFrom('purchase_order_line as l')
    .innerJoin('purchase_order as o', 'o.order_id', 'l.order_id')
    .leftJoin('episode as e', 'e.episode_id', 'l.episode_id')
    .select(['o.order_id as orderId', 'o.order_number as orderNumber', 'o.closed_at_ms as closedAtMs', 'o.status'])
    .select(['o.supplier_order_number as supplierNumber', 'l.line_number as lineNumber', 'l.bin_id as binId'])
    .select(['l.ordered_quantity as ordered', 'l.confirmed_quantity as confirmed', 'l.shipped_quantity as shipped'])
    .select(['l.stock_units_per_order_unit as packQuantity', 'l.episode_id as episodeId'])
    .select(['e.closed_at_ms as episodeClosedAtMs'])
    .orderBy('o.created_at_ms')
    .orderBy('o.order_number')
    .execute();
}
