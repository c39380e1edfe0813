import { purchaseOrderMessageSchema } from '@shelfwire/contract';
import { behaviourSchema, SupplierBook, type Behaviour, type Step } from '@shelfwire/device-sim/parts';

import type { OutsideAnswer, OutsideRequest } from '@shelfwire/reorder-service/parts';

import type { SimulatedReorder } from './simulated-reorder.ts';
import type { VirtualTime } from './virtual-time.ts';

const HOUR_MS = 3_600_000;
const CALL_AGAIN_MS = 10 * 60_000;

function answered(status: number, body: string): OutsideAnswer {
  return { kind: 'answered', status, retryAfterMs: undefined, detail: `HTTP ${status} ${body}`, body };
}

export interface Arrival {
  partNumber: string;
  pieces: number;
}

/** A supplier with a book: it takes each order once by its key, answers, ships and delivers. */
export class SimulatedSupplier {
  readonly book = new SupplierBook();
  behaviour: Behaviour = behaviourSchema.parse({
    acknowledgeAfterMs: HOUR_MS,
    shipAfterMs: 5 * HOUR_MS,
    transitMs: 12 * HOUR_MS,
  });
  /** 503 to everybody. */
  isDown = false;
  /** What it refused: an order that came again under another key would have been taken twice by a simpler one. */
  readonly conflicts: string[] = [];
  /** Takes the next order and breaks the connection before its answer. */
  breaksNextAnswer = false;
  reminders = 0;
  /** When each order first came. */
  readonly arrivedAtMs = new Map<string, number>();
  readonly supplierId: string;
  readonly #tenantId: string;
  readonly #time: VirtualTime;
  readonly #reorder: SimulatedReorder;
  readonly #delivered: (arrivals: readonly Arrival[]) => void;

  constructor(parts: {
    tenantId: string;
    supplierId: string;
    time: VirtualTime;
    reorder: SimulatedReorder;
    delivered: (arrivals: readonly Arrival[]) => void;
  }) {
    this.supplierId = parts.supplierId;
    this.#tenantId = parts.tenantId;
    this.#time = parts.time;
    this.#reorder = parts.reorder;
    this.#delivered = parts.delivered;
  }

  /** The service posts orders, and reminders of orders that are late. */
  answer({ url, headers, body }: OutsideRequest): OutsideAnswer {
    if (this.isDown) return answered(503, 'closed');
    if (url.endsWith('/reminders')) {
      this.reminders += 1;
      return answered(202, '{}');
    }
    const order = purchaseOrderMessageSchema.parse(JSON.parse(body));
    if (!this.arrivedAtMs.has(order.orderId)) this.arrivedAtMs.set(order.orderId, this.#time.nowMs);
    const receipt = this.book.receive(headers['idempotency-key'] ?? '', order, this.behaviour, this.#time.nowMs);
    if (receipt.kind === 'conflict') {
      this.conflicts.push(receipt.detail);
      return answered(409, receipt.detail);
    }
    if (receipt.kind === 'taken') this.#planNext();
    if (this.breaksNextAnswer) {
      this.breaksNextAnswer = false;
      return { kind: 'failed', detail: 'the connection was closed' };
    }
    return answered(receipt.kind === 'taken' ? 201 : 200, '{}');
  }

  #planNext(): void {
    const [next] = this.book.waiting();
    if (next) this.#time.after(next.dueAtMs - this.#time.nowMs, () => this.#work());
  }

  async #work(): Promise<void> {
    for (const order of this.book.waiting()) {
      if (order.dueAtMs > this.#time.nowMs) break;
      const step = this.book.nextStep(order, this.behaviour, this.#time.nowMs);
      if (!step) continue;
      if (await this.#tell(step)) this.book.done(step, this.behaviour, this.#time.nowMs);
      else this.book.failed(order, CALL_AGAIN_MS, this.#time.nowMs);
    }
    this.#planNext();
  }

  /** @returns false if nobody answered: it is told again */
  async #tell(step: Step): Promise<boolean> {
    switch (step.kind) {
      case 'respond':
        return this.#reaches((inbox) => inbox.applyOrderResponse(this.#tenantId, this.supplierId, step.message));
      case 'ship':
        return this.#reaches((inbox) => inbox.applyDespatchAdvice(this.#tenantId, this.supplierId, step.message));
      default:
        this.#delivered(step.deliveries);
        return true;
    }
  }

  async #reaches(call: Parameters<SimulatedReorder['answer']>[0]): Promise<boolean> {
    return (await this.#reorder.answer(call)) !== undefined;
  }
}
