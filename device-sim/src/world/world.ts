import { encodeSgtin96 } from '../encode/sgtin96.ts';
import type { BinSettings, DeviceSettings, Fleet, ReaderSettings } from '../fleet-file.ts';
import { Random } from '../random.ts';
import { Bin, type BinState } from './bin.ts';
import { EventQueue, type Due } from './event-queue.ts';
import { measureGrams } from './scale.ts';

/** Goods at the dock: staff put them into the bin that holds the part. */
export interface Delivery {
  deliveryId: string;
  orderId: string;
  partNumber: string;
  pieces: number;
}

/** What happens in the world, in the order in which it happens. */
export type WorldEvent =
  | { type: 'take'; atMs: number; binId: string; itemId: string; pieces: number; wanted: number; piecesAfter: number }
  | {
      type: 'refill';
      atMs: number;
      binId: string;
      itemId: string;
      pieces: number;
      orderId: string;
      piecesAfter: number;
    }
  | { type: 'misdelivery'; atMs: number; partNumber: string; pieces: number; orderId: string }
  | { type: 'weighed'; atMs: number; deviceId: string; sample: number; grams: number; piecesTrue: number }
  | { type: 'tag-read'; atMs: number; deviceId: string; sample: number; epcHex: string; rssiDbm: number };

export interface WorldState {
  atMs: number;
  bins: Record<string, BinState>;
  devices: Record<string, { sampleCount: number; nextSampleAtMs: number }>;
  deliveries: (Delivery & { binId: string; dueAtMs: number })[];
}

type Entry = Due &
  (
    | { kind: 'visit'; bin: Bin }
    | { kind: 'sample'; device: DeviceSettings; bin: Bin }
    | { kind: 'fill'; bin: Bin; delivery: Delivery }
  );

/**
 * The simulated site as a pure model on a virtual clock: bins, customers, staff and what the sensors see. It reads no
 * clock and no randomness but its seed: the same fleet and the same deliveries give the same events, in whatever steps
 * it is advanced, also across `state` and a restart.
 */
export class World {
  readonly #seed: string;
  readonly #bins = new Map<string, Bin>();
  readonly #devices = new Map<string, { sampleCount: number; nextSampleAtMs: number }>();
  readonly #pending = new Map<string, { delivery: Delivery; bin: Bin; dueAtMs: number }>();
  readonly #queue = new EventQueue<Entry>();
  #atMs: number;

  constructor(fleet: Pick<Fleet, 'seed' | 'bins' | 'devices'>, kept?: WorldState) {
    this.#seed = fleet.seed;
    this.#atMs = kept?.atMs ?? 0;
    for (const settings of fleet.bins) this.#addBin(settings, kept?.bins[settings.binId]);
    for (const device of fleet.devices) this.#addDevice(device, kept?.devices[device.deviceId]);
    for (const { binId, dueAtMs, ...delivery } of kept?.deliveries ?? []) {
      const bin = this.#bins.get(binId);
      if (bin) this.#planFill(delivery, bin, dueAtMs);
    }
  }

  get atMs(): number {
    return this.#atMs;
  }

  get bins(): readonly Bin[] {
    return [...this.#bins.values()];
  }

  get state(): WorldState {
    return {
      atMs: this.#atMs,
      bins: Object.fromEntries([...this.#bins].map(([binId, bin]) => [binId, { ...bin.state }])),
      devices: Object.fromEntries([...this.#devices].map(([deviceId, device]) => [deviceId, { ...device }])),
      deliveries: [...this.#pending.values()].map(({ delivery, bin, dueAtMs }) => ({
        ...delivery,
        binId: bin.settings.binId,
        dueAtMs,
      })),
    };
  }

  /** Goods arrive now. A delivery that is already under way, or has no bin here, changes nothing. */
  deliver(delivery: Delivery): WorldEvent[] {
    if (this.#pending.has(delivery.deliveryId)) return [];
    const candidates = this.bins.filter((bin) => bin.settings.partNumber === delivery.partNumber);
    const [emptiest] = candidates.sort((a, b) => a.pieces / a.settings.capacity - b.pieces / b.settings.capacity);
    if (!emptiest) {
      const { partNumber, pieces, orderId } = delivery;
      return [{ type: 'misdelivery', atMs: this.#atMs, partNumber, pieces, orderId }];
    }
    this.#planFill(delivery, emptiest, this.#atMs + emptiest.settings.refillAfterMs);
    return [];
  }

  /** Lets everything happen up to and including `atMs`. */
  advanceTo(atMs: number): WorldEvent[] {
    const events: WorldEvent[] = [];
    for (let entry = this.#queue.next; entry && entry.atMs <= atMs; entry = this.#queue.next) {
      this.#queue.pop();
      this.#atMs = entry.atMs;
      switch (entry.kind) {
        case 'visit':
          events.push(...this.#visit(entry.bin, entry.atMs));
          break;
        case 'fill':
          events.push(this.#fill(entry.bin, entry.delivery, entry.atMs));
          break;
        case 'sample':
          events.push(...this.#sample(entry.device, entry.bin, entry.atMs));
          break;
      }
    }
    this.#atMs = Math.max(this.#atMs, atMs);
    return events;
  }

  #addBin(settings: BinSettings, kept: BinState | undefined): void {
    const bin = new Bin(this.#seed, settings, kept);
    this.#bins.set(settings.binId, bin);
    this.#planVisit(bin);
  }

  #addDevice(device: DeviceSettings, kept: { sampleCount: number; nextSampleAtMs: number } | undefined): void {
    const bin = this.#bins.get(device.binId);
    if (!bin) throw new RangeError(`there is no bin "${device.binId}"`);
    // Devices are switched on at different moments, so that they do not all speak at once.
    const offset = new Random(`${this.#seed}/${device.deviceId}/offset`).unit();
    const nextSampleAtMs = kept?.nextSampleAtMs ?? this.#atMs + Math.round(offset * device.intervalMs);
    this.#devices.set(device.deviceId, { sampleCount: kept?.sampleCount ?? 0, nextSampleAtMs });
    this.#queue.push({ kind: 'sample', atMs: nextSampleAtMs, key: `2/${device.deviceId}`, device, bin });
  }

  #planVisit(bin: Bin): void {
    const { nextVisitAtMs } = bin.state;
    if (nextVisitAtMs === null) return;
    this.#queue.push({ kind: 'visit', atMs: nextVisitAtMs, key: `1/${bin.settings.binId}`, bin });
  }

  #planFill(delivery: Delivery, bin: Bin, dueAtMs: number): void {
    this.#pending.set(delivery.deliveryId, { delivery, bin, dueAtMs });
    this.#queue.push({ kind: 'fill', atMs: dueAtMs, key: `0/${delivery.deliveryId}`, bin, delivery });
  }

  #visit(bin: Bin, atMs: number): WorldEvent[] {
    const { wanted, taken } = bin.visit(atMs);
    this.#planVisit(bin);
    const { binId, itemId } = bin.settings;
    return [{ type: 'take', atMs, binId, itemId, pieces: taken, wanted, piecesAfter: bin.pieces }];
  }

  #fill(bin: Bin, delivery: Delivery, atMs: number): WorldEvent {
    const { deliveryId, orderId, pieces } = delivery;
    this.#pending.delete(deliveryId);
    bin.fill(pieces, atMs);
    const { binId, itemId } = bin.settings;
    return { type: 'refill', atMs, binId, itemId, pieces, orderId, piecesAfter: bin.pieces };
  }

  #sample(device: DeviceSettings, bin: Bin, atMs: number): WorldEvent[] {
    const clock = this.#devices.get(device.deviceId);
    if (!clock) return [];
    const sample = clock.sampleCount;
    clock.sampleCount += 1;
    clock.nextSampleAtMs = atMs + device.intervalMs;
    this.#queue.push({ kind: 'sample', atMs: clock.nextSampleAtMs, key: `2/${device.deviceId}`, device, bin });
    if (device.kind === 'impinj-r700') return this.#readTags(device, bin, sample, atMs);
    const grams = measureGrams(this.#seed, device, bin, sample, atMs);
    return [{ type: 'weighed', atMs, deviceId: device.deviceId, sample, grams, piecesTrue: bin.pieces }];
  }

  #readTags(reader: ReaderSettings, bin: Bin, sample: number, atMs: number): WorldEvent[] {
    const { deviceId, missRatio, epc } = reader;
    const events: WorldEvent[] = [];
    for (const piece of bin.pieceNumbers()) {
      const random = new Random(`${this.#seed}/${deviceId}/round/${sample}/${piece}`);
      if (random.chance(missRatio)) continue;
      const epcHex = encodeSgtin96(epc.companyPrefix, epc.itemReference, piece + 1);
      events.push({ type: 'tag-read', atMs, deviceId, sample, epcHex, rssiDbm: random.normal(reader.rssiDbm, 3) });
    }
    return events;
  }
}
