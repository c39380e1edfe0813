import { ALL_SITES, sharedSubscription } from '@shelfwire/contract';
import { shareGroup } from '@shelfwire/contract/service';

import type { IngestOutcome } from '../ingest.ts';
import type { IncomingMessage } from '../parse/message.ts';
import { BrokerConsumer, type BrokerAddress } from './consumer.ts';

export interface ConnectionsOptions {
  broker: BrokerAddress;
  instanceId: string;
  /** 0: one connection that takes every reading; else so many that share them with those of other replicas. */
  sharedSubscriptions: number;
  handle: (message: IncomingMessage, signal: AbortSignal) => Promise<IngestOutcome>;
  onConnection: (connection: 'readings' | 'events', connected: boolean) => void;
}

/**
 * Readings and events come by connections of their own: an event never waits behind a backlog of readings. Readings
 * that cannot be stored are let go, since gateways send again what is not confirmed. Nobody sends an event again: it
 * stays with the broker until it is stored.
 */
export function openConnections(options: ConnectionsOptions): BrokerConsumer[] {
  const { broker, instanceId, sharedSubscriptions: shared, handle, onConnection } = options;
  const group = shareGroup('ingest', broker.password);
  const events = new BrokerConsumer({
    broker,
    clientId: `shelfwire-${instanceId}-events`,
    topicFilters: [ALL_SITES.stock, ALL_SITES.orders, ALL_SITES.status],
    isShared: false,
    keepSession: true,
    whenUnconfirmed: 'redeliver',
    handle,
    onConnection: (connected) => onConnection('events', connected),
  });
  const readings = Array.from(
    { length: Math.max(1, shared) },
    (_, index) =>
      new BrokerConsumer({
        broker,
        clientId: `shelfwire-${instanceId}-readings-${index + 1}`,
        topicFilters: [shared > 0 ? sharedSubscription(group, ALL_SITES.readings) : ALL_SITES.readings],
        isShared: shared > 0,
        // A kept session takes its share also when its replica is gone for good, and nobody reads it. Without one,
        // what it had is sent again by the gateways, to those that are there.
        keepSession: shared === 0,
        whenUnconfirmed: 'let-go',
        handle,
        onConnection: (connected) => onConnection('readings', connected),
      }),
  );
  return [events, ...readings];
}
