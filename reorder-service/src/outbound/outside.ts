import { Inject, Injectable } from '@nestjs/common';

import type { Config } from '../config.ts';
import { CONFIG } from '../runtime/runtime.module.ts';
import { AllowedNetworks } from './networks.ts';
import { postOutside, refusalOf, type OutsideAnswer, type OutsideRequest } from './post-outside.ts';

/**
 * The only way by which this service calls a URL that somebody else has named: a customer's webhook, a channel for alerts,
 * a supplier's endpoint. A test sees to it that nothing else calls out.
 */
@Injectable()
export class Outside {
  readonly #networks: AllowedNetworks;

  constructor(@Inject(CONFIG) config: Pick<Config, 'SHELFWIRE_OUTBOUND_NETWORKS'>) {
    this.#networks = new AllowedNetworks(config.SHELFWIRE_OUTBOUND_NETWORKS);
  }

  /** For whoever names a URL: told at once what would never be called. A name is judged when it is called. */
  refusalOf(url: string): string | undefined {
    return refusalOf(url, this.#networks);
  }

  /** Never throws. */
  post(request: OutsideRequest): Promise<OutsideAnswer> {
    return postOutside(request, this.#networks);
  }
}
