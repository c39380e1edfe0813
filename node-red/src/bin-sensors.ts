import type { ApiClient } from './api-client.ts';

const REFRESH_MS = 5 * 60_000;
const RETRY_MS = 5_000;

interface BinDetail {
  sensors: { deviceId: string; sensorId: string | null }[];
}

/**
 * Which devices measure the bins that a flow asks for. The gateway knows devices, the centre knows bins: so the centre is
 * asked, at the start and every few minutes; what it said last holds while it cannot be asked.
 */
export class BinSensors {
  readonly #api: ApiClient;
  readonly #siteId: string;
  readonly #binIds: readonly string[];
  readonly #onChange: (problem: string | undefined) => void;
  readonly #binOfSensor = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #known = false;

  constructor(api: ApiClient, siteId: string, binIds: readonly string[], onChange: (problem?: string) => void) {
    this.#api = api;
    this.#siteId = siteId;
    this.#binIds = binIds;
    this.#onChange = onChange;
    void this.#refresh();
  }

  /** Whether the centre has answered at least once. */
  get known(): boolean {
    return this.#known;
  }

  /** A bin may name one sensor of a device, or with null all of them. */
  binOf(reading: { deviceId: string; sensorId?: string }): string | undefined {
    const { deviceId, sensorId } = reading;
    const exact = sensorId === undefined ? undefined : this.#binOfSensor.get(key(deviceId, sensorId));
    return exact ?? this.#binOfSensor.get(key(deviceId, null));
  }

  async #refresh(): Promise<void> {
    let problem: string | undefined;
    try {
      const found = new Map<string, string>();
      for (const binId of this.#binIds) {
        const path = `/api/v1/stock/${encodeURIComponent(this.#siteId)}/${encodeURIComponent(binId)}`;
        const { sensors } = (await this.#api.request('GET', path)) as BinDetail;
        for (const { deviceId, sensorId } of sensors) found.set(key(deviceId, sensorId), binId);
      }
      this.#known = true;
      this.#binOfSensor.clear();
      for (const [sensor, binId] of found) this.#binOfSensor.set(sensor, binId);
    } catch (error) {
      problem = (error as Error).message;
    }
    if (this.#closed) return;
    this.#onChange(problem);
    this.#timer = setTimeout(() => void this.#refresh(), problem === undefined ? REFRESH_MS : RETRY_MS);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }
}

function key(deviceId: string, sensorId: string | null): string {
  return `${deviceId} ${sensorId ?? ''}`;
}
