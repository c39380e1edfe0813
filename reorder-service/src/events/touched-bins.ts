import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';

/**
 * `first`: an order may hang on it; a level is low, or has been for as long as it must. `now`: anything else that has just
 * happened. `later`: nobody is waiting for the decision; what touches many bins at once, or is old news.
 */
export type Urgency = 'first' | 'now' | 'later';

export interface Touch {
  tenantId: string;
  siteId: string;
  binIds: readonly string[];
  urgency: Urgency;
}

/**
 * Says inside this process that something about bins changed: the ledger, orders and suppliers say it, the evaluator
 * and the publisher listen. Lost when the process dies; the evaluator's sweep finds what was left.
 */
@Injectable()
export class TouchedBins {
  readonly #subject = new Subject<Touch>();

  get touches(): Observable<Touch> {
    return this.#subject.asObservable();
  }

  touch(site: { tenantId: string; siteId: string }, binIds: readonly string[], urgency: Urgency = 'now'): void {
    if (binIds.length > 0) this.#subject.next({ tenantId: site.tenantId, siteId: site.siteId, binIds, urgency });
  }
}
