import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { StockModule } from '../stock/stock.module.ts';
import { Consignment } from './consignment.ts';
import { Lots } from './lots.ts';
import { Moves } from './moves.ts';
import { ParkedGroups } from './parked-groups.ts';
import { ParkedReadings } from './parked-readings.ts';
import { Reservations } from './reservations.ts';
import { SensorAssignment } from './sensor-assignment.ts';

/** What people and other systems say about stock besides counting it. */
@Module({
  imports: [EventsModule, StockModule],
  providers: [Consignment, Lots, Moves, ParkedGroups, ParkedReadings, Reservations, SensorAssignment],
  exports: [Consignment, Lots, Moves, ParkedGroups, ParkedReadings, Reservations, SensorAssignment],
})
export class StockKeepingModule {}
