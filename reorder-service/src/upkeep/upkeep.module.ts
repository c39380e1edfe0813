import { Module } from '@nestjs/common';

import { Upkeep } from './upkeep.ts';

/** What nobody asks for and everybody relies on: balanced books, bounded tables. */
@Module({ providers: [Upkeep] })
export class UpkeepModule {}
