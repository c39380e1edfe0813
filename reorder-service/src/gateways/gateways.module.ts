import { Module } from '@nestjs/common';

import { MqttModule } from '../mqtt/mqtt.module.ts';
import { GatewayStore } from './gateway-store.ts';
import { KeepStatuses } from './keep-statuses.ts';

/** Which gateways may sign in at the central broker; `main.ts` here makes the broker's files of it. */
@Module({ imports: [MqttModule], providers: [GatewayStore, KeepStatuses], exports: [GatewayStore] })
export class GatewaysModule {}
