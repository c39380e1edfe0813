import type {
  OrderCancellationAnswer,
  OrderChangeAnswer,
  OrderChangeMessage,
  PurchaseOrderMessage,
} from '@shelfwire/contract';
import type { Logger, ServiceMetrics } from '@shelfwire/contract/service';

import type { SupplierSettings } from '../fleet-file.ts';
import type { Delivery } from '../world/world.ts';
import { changeBehaviour, type Behaviour } from './behaviour.ts';
import { SupplierBook, type BookState, type Receipt, type Step } from './book.ts';

const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 10_000;
const CALLBACK_TIMEOUT_MS = 10_000;

export interface Account {
  supplierId: string;
  token: string;
  behaviour: Behaviour;
}

interface SupplierParts {
  accounts: readonly SupplierSettings[];
  /** For suppliers without a token of their own, and for those that the fleet file does not name. */
  sharedToken?: string | undefined;
  callbackUrl: string;
  logger: Logger;
  metrics: ServiceMetrics;
  kept?: BookState | undefined;
  deliver: (deliveries: readonly Delivery[]) => void;
  /** Called after each change of the book, before anybody is answered. */
  keep: () => void;
}

/**
 * Works through the orders of the book: answers, ships, delivers, each when it is due. A callback is repeated with
 * backoff until it is answered 2xx; the steps of one order come one after the other, different orders side by side.
 */
export class Supplier {
  readonly book: SupplierBook;
  readonly #parts: SupplierParts;
  readonly #accounts = new Map<string, Account>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #abort = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SupplierParts) {
    this.#parts = parts;
    this.book = new SupplierBook(parts.kept);
    for (const { supplierId, token = parts.sharedToken, behaviour } of parts.accounts) {
      if (token !== undefined) this.#accounts.set(supplierId, { supplierId, token, behaviour: { ...behaviour } });
    }
  }

  start(): void {
    this.#arm();
  }

  /** @returns the account whose token it is, for that supplier id */
  findAccount(supplierId: string, token: string): Account | undefined {
    const account = this.#accounts.get(supplierId);
    return account?.token === token ? account : undefined;
  }

  knowsToken(token: string): boolean {
    return [...this.#accounts.values()].some((account) => account.token === token);
  }

  receive(account: Account, idempotencyKey: string, order: PurchaseOrderMessage): Receipt {
    const receipt = this.book.receive(idempotencyKey, order, account.behaviour, Date.now());
    this.#parts.keep();
    this.#arm();
    return receipt;
  }

  /** @returns undefined if this account has no such order */
  cancel(account: Account, orderId: string): OrderCancellationAnswer | undefined {
    const known = this.book.orders.find((each) => each.order.orderId === orderId);
    if (known?.order.supplierId !== account.supplierId) return undefined;
    const answer = this.book.cancel(orderId, account.behaviour, Date.now());
    this.#parts.keep();
    return answer;
  }

  /** @returns undefined if this account has no such order */
  hurry(account: Account, request: OrderChangeMessage): OrderChangeAnswer | undefined {
    const known = this.book.orders.find((each) => each.order.orderId === request.orderId);
    if (known?.order.supplierId !== account.supplierId) return undefined;
    const answer = this.book.hurry(request, account.behaviour, Date.now());
    this.#parts.keep();
    this.#arm();
    return answer;
  }

  /** @returns the account of a token, whichever supplier it is */
  accountOf(token: string, orderId: string): Account | undefined {
    const order = this.book.orders.find((each) => each.order.orderId === orderId);
    return order && this.findAccount(order.order.supplierId, token);
  }

  /** @returns problems, or the new behaviour of each supplier concerned */
  control(supplierId: string | undefined, change: Readonly<Record<string, unknown>>): string[] | Account[] {
    const concerned = [...this.#accounts.values()].filter(
      (account) => supplierId === undefined || account.supplierId === supplierId,
    );
    if (concerned.length === 0) return [`there is no supplier "${supplierId ?? ''}"`];
    const results = concerned.map((account) => ({ account, result: changeBehaviour(account.behaviour, change) }));
    const problems = results.flatMap(({ result }) =>
      result.ok ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    );
    if (problems.length > 0) return problems;
    for (const { account, result } of results) if (result.ok) account.behaviour = result.behaviour;
    this.#arm();
    return concerned;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort.abort();
    await Promise.all(this.#working.values());
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#abort.signal.aborted) return;
    const nowMs = Date.now();
    for (const order of this.book.waiting()) {
      if (this.#working.has(order.idempotencyKey)) continue;
      if (order.dueAtMs > nowMs) {
        this.#timer = setTimeout(() => this.#arm(), Math.min(order.dueAtMs - nowMs, 60_000));
        return;
      }
      // An order of a supplier that the fleet file no longer names rests.
      const account = this.#accounts.get(order.order.supplierId);
      const step = account && this.book.nextStep(order, account.behaviour, nowMs);
      if (account && step) this.#begin(step, account);
    }
  }

  #begin(step: Step, account: Account): void {
    const key = step.order.idempotencyKey;
    this.#parts.keep(); // the message id is on disk before anybody sees it
    const work = this.#work(step, account).finally(() => {
      this.#working.delete(key);
      this.#arm();
    });
    this.#working.set(key, work);
  }

  async #work(step: Step, account: Account): Promise<void> {
    const { order } = step;
    if (step.kind === 'deliver') this.#parts.deliver(step.deliveries);
    else {
      for (let copy = 0; copy < account.behaviour.callbackCopies; copy += 1) {
        const problem = await this.#callBack(step, account.token);
        if (problem === undefined) continue;
        if (this.#abort.signal.aborted) return;
        this.#tellFailure(step, problem);
        return;
      }
    }
    this.book.done(step, account.behaviour, Date.now());
    this.#parts.metrics.counter('shelfwire_sim_supplier_steps_total').inc({ step: step.kind });
    this.#parts.logger.info({ orderNumber: order.order.orderNumber, step: step.kind }, 'supplier step done');
    this.#parts.keep();
  }

  #tellFailure({ order, kind }: Step, problem: string): void {
    const retryAfterMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** order.failedCallbacks);
    this.book.failed(order, retryAfterMs, Date.now());
    const fields = { orderNumber: order.order.orderNumber, step: kind, problem, attempt: order.failedCallbacks };
    this.#parts.logger.warn(fields, 'the buyer did not take the callback, it will be repeated');
    this.#parts.keep();
  }

  /** @returns why it failed, or undefined */
  async #callBack(step: Exclude<Step, { kind: 'deliver' }>, token: string): Promise<string | undefined> {
    const path = step.kind === 'respond' ? 'order-responses' : 'despatch-advices';
    try {
      const response = await fetch(new URL(`/api/v1/supplier/${path}`, this.#parts.callbackUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(step.message),
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(CALLBACK_TIMEOUT_MS)]),
      });
      const body = await response.text();
      return response.ok ? undefined : `HTTP ${response.status} ${body.slice(0, 300)}`;
    } catch (error) {
      const { message, cause } = error as Error;
      return cause instanceof Error ? `${message}: ${cause.message}` : message;
    }
  }
}
