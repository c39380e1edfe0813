/** Where a tag is seen. Two antennas of one reader may belong to two bins. */
export interface Place {
  sensorId?: string;
  antenna?: number;
}

export interface Sighting extends Place {
  rssiDbm?: number;
  atMs: number;
}

interface Strength {
  place: Place;
  rssiDbm: number | undefined;
  lastAtMs: number;
}

/** New reads weigh a third: a few reads settle the mean, one reflection does not. */
const RSSI_WEIGHT = 1 / 3;

/**
 * Decides which antenna a tag belongs to. Another antenna takes it only if it stays stronger by the margin for the hold
 * time, or if the old one has not read it for a whole window: tags in the field of two antennas do not flap.
 */
export class AntennaChoice {
  readonly #marginDbm: number;
  readonly #holdMs: number;
  #current: Strength;
  #challenger: (Strength & { aheadSinceMs: number }) | undefined;

  constructor(settings: { antennaMarginDbm: number; antennaHoldMs: number }, first: Sighting) {
    this.#marginDbm = settings.antennaMarginDbm;
    this.#holdMs = settings.antennaHoldMs;
    this.#current = strength(first);
  }

  get place(): Place {
    return this.#current.place;
  }

  get rssiDbm(): number | undefined {
    return this.#current.rssiDbm;
  }

  /** @param silentAfterMs the tag's window: the time after which not being read says something; @returns true if the place changed */
  sighted(sighting: Sighting, silentAfterMs: number): boolean {
    if (samePlace(sighting, this.#current.place)) {
      this.#current = blended(this.#current, sighting);
      if (this.#challenger && !this.#isAhead(this.#challenger)) this.#challenger = undefined;
      return false;
    }
    const known = this.#challenger && samePlace(sighting, this.#challenger.place) ? this.#challenger : undefined;
    const challenger = known ? blended(known, sighting) : strength(sighting);
    const currentIsSilent = sighting.atMs - this.#current.lastAtMs > silentAfterMs;
    if (!currentIsSilent && !this.#isAhead(challenger)) {
      if (known) this.#challenger = undefined;
      return false;
    }
    const aheadSinceMs = known?.aheadSinceMs ?? sighting.atMs;
    if (sighting.atMs - aheadSinceMs < this.#holdMs) {
      this.#challenger = { ...challenger, aheadSinceMs };
      return false;
    }
    this.#current = challenger;
    this.#challenger = undefined;
    return true;
  }

  #isAhead(challenger: Strength): boolean {
    if (challenger.rssiDbm === undefined || this.#current.rssiDbm === undefined) return false;
    return challenger.rssiDbm - this.#current.rssiDbm >= this.#marginDbm;
  }
}

function strength(sighting: Sighting): Strength {
  const { sensorId, antenna } = sighting;
  const place = { ...(sensorId === undefined ? {} : { sensorId }), ...(antenna === undefined ? {} : { antenna }) };
  return { place, rssiDbm: sighting.rssiDbm, lastAtMs: sighting.atMs };
}

function blended<Known extends Strength>(known: Known, sighting: Sighting): Known {
  const { rssiDbm } = sighting;
  const mean =
    rssiDbm === undefined || known.rssiDbm === undefined
      ? (rssiDbm ?? known.rssiDbm)
      : known.rssiDbm + RSSI_WEIGHT * (rssiDbm - known.rssiDbm);
  return { ...known, rssiDbm: mean, lastAtMs: sighting.atMs };
}

export function samePlace(a: Place, b: Place): boolean {
  return a.sensorId === b.sensorId && a.antenna === b.antenna;
}
