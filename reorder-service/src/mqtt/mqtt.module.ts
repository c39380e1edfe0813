import { Module } from '@nestjs/common';

import { LiveEvents } from '../events/live-events.ts';
import { CentralPublisher } from './central-publisher.ts';
import { GatewayStatuses } from './gateway-statuses.ts';

/** The connection on which things go out, and the events of every replica that come back on it. */
@Module({
  providers: [CentralPublisher, GatewayStatuses, LiveEvents],
  exports: [CentralPublisher, GatewayStatuses, LiveEvents],
})
export class MqttModule {}
