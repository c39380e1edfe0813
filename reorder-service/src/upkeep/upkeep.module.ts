import { Module } from '@nestjs/common';

import { PlanningModule } from '../planning/planning.module.ts';
import { StockKeepingModule } from '../stock-keeping/stock-keeping.module.ts';
import { Upkeep } from './upkeep.ts';

/** What nobody asks for and everybody relies on: balanced books, bounded tables. */
@Module({ imports: [PlanningModule, StockKeepingModule], providers: [Upkeep] })
export class UpkeepModule {}
