import type { BrokenReference } from './catalogue-references.ts';

interface Bin {
  tenantId: string;
  siteId: string;
  binId: string;
  itemId: string;
  sensor?: object | undefined;
  sensors?: readonly object[] | undefined;
  overflowOf?: string | undefined;
}

/** What a bin says of its sensors and of its primary bin must make sense: one stock has one item and one policy. */
export function findWrongBins(bins: readonly Bin[]): BrokenReference[] {
  const byKey = new Map(bins.map((bin) => [keyOf(bin, bin.binId), bin]));
  return bins.flatMap((bin, index) => {
    const wrong = (field: string, message: string): BrokenReference => ({ path: ['bins', index, field], message });
    const found: BrokenReference[] = [];
    if (bin.sensor && bin.sensors) found.push(wrong('sensors', 'say `sensor` or `sensors`, not both'));
    if (bin.overflowOf === undefined) return found;
    const primary = byKey.get(keyOf(bin, bin.overflowOf));
    if (!primary) found.push(wrong('overflowOf', `there is no ${keyOf(bin, bin.overflowOf)}`));
    else if (primary === bin || primary.overflowOf !== undefined)
      found.push(wrong('overflowOf', `${bin.overflowOf} is itself an overflow: name the bin that has the policy`));
    else if (primary.itemId !== bin.itemId)
      found.push(wrong('overflowOf', `${bin.overflowOf} holds ${primary.itemId}, not ${bin.itemId}`));
    return found;
  });
}

function keyOf(bin: Bin, binId: string): string {
  return `${bin.tenantId}/${bin.siteId}/${binId}`;
}
