import { Global, Module } from '@nestjs/common';

import { Outside } from './outside.ts';

/** How anything here calls out. */
@Global()
@Module({ providers: [Outside], exports: [Outside] })
export class OutboundModule {}
