import type { Urgency } from '../events/touched-bins.ts';

interface Site {
  tenantId: string;
  siteId: string;
}

export interface Taken {
  site: Site;
  binIds: readonly string[];
  urgency: Urgency;
}

/** Sites in the order in which their turn comes, each with its bins in the order in which they came. */
type Lane = Map<string, { site: Site; binIds: Set<string> }>;

const MOST_URGENT_FIRST = ['first', 'now', 'later'] as const satisfies readonly Urgency[];

/**
 * Bins that wait to be decided about, each once. What is low goes before what has just happened, and that before what can
 * wait, however much of it there is: a shelf that runs low while a sweep or a backlog is worked off, or while five thousand
 * scales say something for the first time, waits for one batch at most. Sites take turns.
 */
export class WaitingBins {
  readonly #lanes: Readonly<Record<Urgency, Lane>> = { first: new Map(), now: new Map(), later: new Map() };

  add(site: Site, binIds: Iterable<string>, urgency: Urgency): void {
    const key = `${site.tenantId}/${site.siteId}`;
    const lane = this.#lanes[urgency];
    const known = lane.get(key) ?? { site: { tenantId: site.tenantId, siteId: site.siteId }, binIds: new Set() };
    const place = MOST_URGENT_FIRST.indexOf(urgency);
    const sooner = MOST_URGENT_FIRST.slice(0, place).map((each) => this.#lanes[each].get(key)?.binIds);
    const others = MOST_URGENT_FIRST.slice(place + 1).map((each) => this.#lanes[each].get(key)?.binIds);
    for (const binId of binIds) {
      if (sooner.some((waiting) => waiting?.has(binId))) continue;
      known.binIds.add(binId);
      for (const waiting of others) waiting?.delete(binId);
    }
    if (known.binIds.size > 0) lane.set(key, known);
  }

  /** @returns up to `binsMax` bins of one site; undefined when none waits */
  take(binsMax: number): Taken | undefined {
    for (const urgency of MOST_URGENT_FIRST) {
      const taken = this.#takeFrom(urgency, binsMax);
      if (taken) return taken;
    }
    return undefined;
  }

  #takeFrom(urgency: Urgency, binsMax: number): Taken | undefined {
    const lane = this.#lanes[urgency];
    for (const [key, { site, binIds }] of lane) {
      lane.delete(key);
      const taken = [...binIds].slice(0, binsMax);
      for (const binId of taken) binIds.delete(binId);
      if (binIds.size > 0) lane.set(key, { site, binIds });
      if (taken.length > 0) return { site, binIds: taken, urgency };
    }
    return undefined;
  }
}
