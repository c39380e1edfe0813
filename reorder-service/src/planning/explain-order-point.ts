import type { LeadTime, OrderPoint } from '../replenishment/science/order-point.ts';

/** One sentence about where the numbers come from. */
export function explainOrderPoint(
  point: OrderPoint,
  from: { historyDays: number; unit: string; leadTime: LeadTime; target: number; cycleDays: number },
): string {
  const { reorderPoint, orderUpTo, method, demandClass, meanPerDay } = point;
  const { historyDays, unit, leadTime, target, cycleDays } = from;
  if (method === 'none') return `nothing was used in ${historyDays} days`;
  const percent = Math.round(target * 10_000) / 100;
  return `${demandClass} demand of ${meanPerDay.toFixed(2)} ${unit} a day over ${historyDays} days; ${reorderPoint} lasts for a lead time of ${leadTime.meanDays.toFixed(1)} days in ${percent} % of the order cycles (${method}), and ${orderUpTo - reorderPoint} more for ${cycleDays} days`;
}
