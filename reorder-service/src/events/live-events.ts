import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { StreamEvent } from '@shelfwire/contract/api';
import { Subject, type Observable } from 'rxjs';

/** What happened, for the people who are looking now. `supplierId` is there for orders: a supplier sees only its own. */
export interface LiveEvent {
  tenantId: string;
  supplierId?: string;
  event: StreamEvent;
}

/**
 * Stock and order events as they are committed, for server-sent events. Not durable: who is not subscribed misses them,
 * and reads the lists again after a reconnect.
 */
@Injectable()
export class LiveEvents implements OnApplicationShutdown {
  readonly #subject = new Subject<LiveEvent>();

  get events(): Observable<LiveEvent> {
    return this.#subject.asObservable();
  }

  publish(event: LiveEvent): void {
    this.#subject.next(event);
  }

  onApplicationShutdown(): void {
    this.#subject.complete();
  }
}
