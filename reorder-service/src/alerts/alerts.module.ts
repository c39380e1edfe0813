import { Module } from '@nestjs/common';

import { AlertNotifier } from './alert-notifier.ts';
import { AlertSender } from './alert-sender.ts';
import { AlertWatch } from './alert-watch.ts';
import { Alerts } from './alerts.ts';

/** Tells people what they should know: once, together, not at night, and somebody else if they do not listen. */
@Module({ providers: [AlertNotifier, AlertSender, AlertWatch, Alerts], exports: [Alerts] })
export class AlertsModule {}
