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

/**
 * Bins that wait to be decided about, each once. What has just happened goes before what can wait, however much of that there
 * is: a shelf that runs low while a sweep or a backlog is worked off waits for one batch at most. Sites take turns.
 */
export class WaitingBins {
  readonly #lanes: Readonly<Record<Urgency, Lane>> = { now: new Map(), later: new Map() };

  add(site: Site, binIds: Iterable<string>, urgency: Urgency): void {
    const key = `${site.tenantId}/${site.siteId}`;
    const lane = this.#lanes[urgency];
    const known = lane.get(key) ?? { site: { tenantId: site.tenantId, siteId: site.siteId }, binIds: new Set() };
    for (const binId of binIds) {
      known.binIds.add(binId);
      if (urgency === 'now') this.#lanes.later.get(key)?.binIds.delete(binId);
    }
    if (known.binIds.size > 0) lane.set(key, known);
  }

  /** @returns up to `binsMax` bins of one site; undefined when none waits */
  take(binsMax: number): Taken | undefined {
    return this.#takeFrom('now', binsMax) ?? this.#takeFrom('later', binsMax);
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
