import type { Reading, SiteAddress } from '@shelfwire/contract';

export type SeriesTags = Readonly<Record<string, string | undefined>>;

const SERIES_MAX = 200_000;

/**
 * One tags object a series, however many points it gets: stores keep what they derive of it (see line-protocol.ts).
 * Bounded: beyond `SERIES_MAX` it forgets everything and begins anew, which only costs time.
 */
export class SeriesTagsCache {
  readonly #byKey = new Map<string, SeriesTags>();

  get size(): number {
    return this.#byKey.size;
  }

  of(reading: Reading, site: SiteAddress, gatewayId: string): SeriesTags {
    const { deviceId, sensorId, kind, quality } = reading;
    // Ids hold no slash, so that no two series have the same key.
    const key = `${site.tenantId}/${site.siteId}/${gatewayId}/${deviceId}/${sensorId ?? ''}/${kind}/${quality}`;
    let tags = this.#byKey.get(key);
    if (tags === undefined) {
      if (this.#byKey.size >= SERIES_MAX) this.#byKey.clear();
      tags = { tenantId: site.tenantId, siteId: site.siteId, gatewayId, deviceId, sensorId, kind, quality };
      this.#byKey.set(key, tags);
    }
    return tags;
  }
}
