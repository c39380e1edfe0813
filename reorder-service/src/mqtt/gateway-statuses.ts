import { Injectable } from '@nestjs/common';
import type { GatewayStatus } from '@shelfwire/contract';
import { Subject, type Observable } from 'rxjs';

export interface HeardStatus {
  tenantId: string;
  siteId: string;
  status: GatewayStatus;
  /** true: the broker had it lying; it says nothing about now. */
  retained: boolean;
}

/** What gateways say of themselves, as it comes from the central broker. */
@Injectable()
export class GatewayStatuses {
  readonly #subject = new Subject<HeardStatus>();

  get heard(): Observable<HeardStatus> {
    return this.#subject.asObservable();
  }

  tell(heard: HeardStatus): void {
    this.#subject.next(heard);
  }
}
