import { mayApprove, type ApprovalPlan, type Asked } from './approval-plan.ts';
import { broke, type BrokenPromise } from './broken-promise.ts';
import { WITHIN } from './lateness.ts';
import type { Deed } from './simulated-people.ts';
import type { Shelf } from './shelves.ts';
import type { SimulatedDatabase } from './simulated-database.ts';

const TIME_ZONE = 'Europe/Berlin';

/** What has to be known of a site, of its people (in the order in which they were answered) and of its supplier. */
export interface Approvals {
  time: { nowMs: number };
  database: Pick<SimulatedDatabase, 'db'>;
  approvalPlan: ApprovalPlan;
  shelves: readonly Pick<Shelf, 'plan'>[];
  people: { deeds: readonly Deed[] };
  supplier: { arrivedAtMs: ReadonlyMap<string, number> };
}

/**
 * No order went out that had to be approved and was not, none that was refused; what was approved went out, once; and
 * whoever was refused was told why. Who had to be asked is worked out from the plan of the site, by rules that can only
 * ask for less than the product may: what is split or bought on one day counts by itself here.
 */
export async function findUnapproved(site: Approvals): Promise<BrokenPromise[]> {
  const orders = await ordersOf(site);
  const trails = await trailsOf(site);
  const deeds = Map.groupBy(site.people.deeds, ({ orderId }) => orderId);
  const broken: BrokenPromise[] = [];
  for (const order of orders) {
    const asked = askedFor(site, orders, order);
    const about = deeds.get(order.orderId) ?? [];
    const arrivedAtMs = site.supplier.arrivedAtMs.get(order.orderId);
    const sentences = [
      ...judgeSnooze(site, order),
      ...judgeArrival(asked, about, arrivedAtMs),
      ...judgeAnswers(asked, about),
      ...judgeTrail(trails.get(order.orderId) ?? [], about, arrivedAtMs !== undefined),
    ];
    for (const sentence of sentences) broken.push(broke('unapproved-order', `${order.orderNumber} ${sentence}`));
    const approvedAtMs = about.find(({ answer }) => answer?.ok === true && answer.status === 'APPROVED')?.atMs;
    const isLate = approvedAtMs !== undefined && approvedAtMs + WITHIN.sendMs < site.time.nowMs;
    if (isLate && arrivedAtMs === undefined)
      broken.push(broke('forgotten-order', `${order.orderNumber} was approved and never went out`));
  }
  return broken;
}

function judgeArrival(asked: Asked | undefined, about: readonly Deed[], arrivedAtMs: number | undefined): string[] {
  if (arrivedAtMs === undefined) return [];
  const calledOff = about.find(({ what, answer }) => what === 'decline' && answer?.ok === true);
  if (calledOff) return [`went out although ${calledOff.by.email} had refused it`];
  if (!asked) return [];
  // Where the service died over an approval it may have counted.
  const given = about.filter(
    ({ what, answer, atMs, by }) =>
      what === 'approve' && answer?.ok !== false && atMs <= arrivedAtMs && mayApprove(by, asked),
  );
  const people = new Set(given.map(({ by }) => by.userId)).size;
  return people >= asked.approvals ? [] : [`went out with ${people} of ${asked.approvals} approvals by ${asked.role}s`];
}

/** Nothing is ordered for a shelf while a person has put its need off. */
function judgeSnooze({ people }: Approvals, { binId, createdAtMs }: JudgedOrder): string[] {
  const snooze = people.deeds.find(
    (deed) =>
      deed.binId === binId && deed.answer?.ok === true && deed.atMs < createdAtMs && deed.snoozedUntilMs > createdAtMs,
  );
  return snooze ? [`was ordered although ${snooze.by.email} had put the need off`] : [];
}

/** Each answer fits what the person may and what had been done before. */
function judgeAnswers(asked: Asked | undefined, about: readonly Deed[]): string[] {
  const wrong: string[] = [];
  const role = asked ?? { approvals: 1, role: 'buyer' as const };
  let mayBeOver: Decided = false;
  for (const { what, by, answer } of about) {
    if (answer?.ok === false && answer.detail.trim() === '') wrong.push(`was refused to ${by.email} without a word`);
    if (answer?.ok === true && what === 'approve' && !mayApprove(by, role))
      wrong.push(`was approved by ${by.email}, who may not`);
    if (answer?.ok === true && mayBeOver === 'certain') wrong.push(`was decided again by ${by.email}`);
    if (answer?.ok === false && answer.code === 'ORDER_STATUS_CONFLICT' && mayBeOver === false)
      wrong.push(`was refused to ${by.email} as if it were decided: ${answer.detail}`);
    mayBeOver = decidedAfter(mayBeOver, what, answer);
  }
  return wrong;
}

type Decided = false | 'maybe' | 'certain';

function decidedAfter(before: Decided, what: Deed['what'], answer: Deed['answer']): Decided {
  if (answer === undefined) return before === false ? 'maybe' : before;
  if (!answer.ok) return before;
  return what === 'decline' || answer.status === 'APPROVED' ? 'certain' : before;
}

interface Step {
  event: string;
  note: string | null;
}

/** The trail tells a later reader the same: approved once, refused for the reason that was given, and why it waited. */
function judgeTrail(trail: readonly Step[], about: readonly Deed[], hasArrived: boolean): string[] {
  const approved = trail.filter(({ event }) => event === 'OrderApproved').length;
  const wrong: string[] = [];
  if (approved > 1 || (hasArrived && approved === 0)) wrong.push(`was approved ${approved} times by its trail`);
  for (const { note } of trail.filter(({ event }) => event === 'OrderDeclined')) {
    if (!about.some(({ reason }) => reason === note)) wrong.push(`was refused because of ${note ?? 'nothing'}`);
  }
  const calledOff = about.some(({ what, answer }) => what === 'decline' && answer?.ok === true);
  if (calledOff && !trail.some(({ event }) => event === 'OrderDeclined')) wrong.push('was refused without a trace');
  return wrong;
}

type JudgedOrder = Awaited<ReturnType<typeof ordersOf>>[number];

/** @returns undefined if it may go out by itself */
function askedFor(site: Approvals, orders: readonly JudgedOrder[], order: JudgedOrder): Asked | undefined {
  const { rule, monthlyCents } = site.approvalPlan;
  const plan = site.shelves.find((shelf) => shelf.plan.binId === order.binId)?.plan;
  if (rule && plan?.isDear && order.amountCents >= rule.minAmountCents) return rule;
  if (plan?.autoApprove === false) return { approvals: 1, role: 'buyer' };
  if (monthlyCents === undefined) return undefined;
  const earlier = orders.slice(0, orders.indexOf(order));
  // What was called off in the end counted while it waited: less is asked for here.
  const spent = earlier
    .filter((each) => each.status !== 'CANCELLED' && monthOf(each.createdAtMs) === monthOf(order.createdAtMs))
    .reduce((sum, each) => sum + each.amountCents, 0);
  return spent + order.amountCents > monthlyCents ? { approvals: 1, role: 'buyer' } : undefined;
}

function monthOf(atMs: number): string {
  return new Intl.DateTimeFormat('en', { timeZone: TIME_ZONE, year: 'numeric', month: '2-digit' }).format(atMs);
}

async function ordersOf({ database, shelves }: Approvals) {
  const rows = await database.db
    .selectFrom('purchase_order as o')
    .innerJoin('purchase_order_line as l', 'l.order_id', 'o.order_id')
    .select(['o.order_id as orderId', 'o.order_number as orderNumber', 'o.status', 'o.created_at_ms as createdAtMs'])
    .select(['l.bin_id as binId', 'l.ordered_quantity as ordered'])
    .orderBy('o.order_number')
    .execute();
  return rows.map((row) => {
    const plan = shelves.find((shelf) => shelf.plan.binId === row.binId)?.plan;
    return { ...row, amountCents: plan ? (row.ordered / plan.packQuantity) * plan.packPriceCents : 0 };
  });
}

async function trailsOf({ database }: Approvals): Promise<ReadonlyMap<string, readonly Step[]>> {
  const rows = await database.db
    .selectFrom('order_event')
    .select(['order_id as orderId', 'event', 'note'])
    .orderBy('order_event_id')
    .execute();
  return Map.groupBy(rows, ({ orderId }) => orderId);
}
