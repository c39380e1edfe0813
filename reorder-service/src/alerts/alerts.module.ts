import { Module } from '@nestjs/common';

import { AlertChannels } from './alert-channels.ts';
import { AlertNotifier } from './alert-notifier.ts';
import { MqttModule } from '../mqtt/mqtt.module.ts';
import { AlertNews } from './alert-news.ts';
import { AlertSender } from './alert-sender.ts';
import { AlertWatch } from './alert-watch.ts';
import { Alerts } from './alerts.ts';

/** Tells people what they should know: once, together, not at night, and somebody else if they do not listen. */
@Module({
  imports: [MqttModule],
  providers: [AlertChannels, AlertNews, AlertNotifier, AlertSender, AlertWatch, Alerts],
  exports: [AlertChannels, AlertNews, Alerts],
})
export class AlertsModule {}
