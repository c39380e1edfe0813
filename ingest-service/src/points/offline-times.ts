import type { SiteAddress } from '@shelfwire/contract';

const GATEWAYS_MAX = 50_000;

/**
 * When each gateway was first heard to be offline. A last will says the same at each of its repeats (it is retained),
 * but not when its gateway died: without this memory each repeat would be a point of its own. Bounded; what it forgets,
 * also at a restart, costs one more point that says "still offline".
 */
export class OfflineTimes {
  readonly #heard = new Map<string, { statusAtMs: number; offlineAtMs: number }>();

  /** @param statusAtMs of the last will: the time of the connection that it belongs to */
  heard(site: SiteAddress, gatewayId: string, statusAtMs: number, arrivedAtMs: number): number {
    const key = `${site.tenantId}/${site.siteId}/${gatewayId}`;
    const known = this.#heard.get(key);
    if (known?.statusAtMs === statusAtMs) return known.offlineAtMs;
    if (this.#heard.size >= GATEWAYS_MAX) this.#heard.clear();
    this.#heard.set(key, { statusAtMs, offlineAtMs: arrivedAtMs });
    return arrivedAtMs;
  }
}
