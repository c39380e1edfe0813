import type { Stamp } from './clock.ts';

/** Remembers the newest sample of a sensor, to tell one that comes after a newer one: QoS 1 may deliver twice. */
export class NewestSample {
  #deviceTimeMs: number | undefined;
  #correctedMs: number | undefined;

  /**
   * True if a newer sample came before; such a one is history. Earlier by the device's clock and also after its
   * correction, which alone may wander by a moment. Otherwise this is now the newest.
   */
  isOvertaken(sample: { observedAtMs?: number }, stamp: Stamp): boolean {
    const { observedAtMs: correctedMs } = stamp;
    const deviceTimeMs = correctedMs === undefined ? undefined : sample.observedAtMs;
    if (
      deviceTimeMs !== undefined &&
      correctedMs !== undefined &&
      deviceTimeMs < (this.#deviceTimeMs ?? deviceTimeMs) &&
      correctedMs < (this.#correctedMs ?? correctedMs)
    ) {
      return true;
    }
    this.#deviceTimeMs = deviceTimeMs;
    this.#correctedMs = correctedMs;
    return false;
  }
}
