import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { StockModule } from '../stock/stock.module.ts';
import { Consignment } from './consignment.ts';
import { Lots } from './lots.ts';
import { Moves } from './moves.ts';
import { ParkedReadings } from './parked-readings.ts';
import { Reservations } from './reservations.ts';

/** What people and other systems say about stock besides counting it. */
@Module({
  imports: [EventsModule, StockModule],
  providers: [Consignment, Lots, Moves, ParkedReadings, Reservations],
  exports: [Consignment, Lots, Moves, ParkedReadings, Reservations],
})
export class StockKeepingModule {}
