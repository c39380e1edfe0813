import { Module } from '@nestjs/common';

import { EventsModule } from '../events/events.module.ts';
import { MqttModule } from '../mqtt/mqtt.module.ts';
import { ReadingsController } from './readings.controller.ts';
import { SilentSensors } from './silent-sensors.ts';
import { StockLedger } from './stock-ledger.ts';
import { StockQueries } from './stock-queries.ts';

/** The ledger: from readings to stock levels. */
@Module({
  imports: [EventsModule, MqttModule],
  controllers: [ReadingsController],
  providers: [SilentSensors, StockLedger, StockQueries],
  exports: [StockLedger, StockQueries],
})
export class StockModule {}
