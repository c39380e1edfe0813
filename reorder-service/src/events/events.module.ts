import { Module } from '@nestjs/common';

import { MqttModule } from '../mqtt/mqtt.module.ts';
import { EventPublisher } from './event-publisher.ts';
import { TouchedBins } from './touched-bins.ts';

/** What happened: to this process at once, to everybody else through the outbox. */
@Module({ imports: [MqttModule], providers: [EventPublisher, TouchedBins], exports: [EventPublisher, TouchedBins] })
export class EventsModule {}
