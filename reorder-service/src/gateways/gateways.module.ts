import { Module } from '@nestjs/common';

import { GatewayStore } from './gateway-store.ts';

/** Which gateways may sign in at the central broker; `main.ts` here makes the broker's files of it. */
@Module({ providers: [GatewayStore], exports: [GatewayStore] })
export class GatewaysModule {}
