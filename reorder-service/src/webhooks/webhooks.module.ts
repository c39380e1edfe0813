import { Module } from '@nestjs/common';

import { EventDeliveries } from './event-deliveries.ts';
import { EventSubscriptions } from './event-subscriptions.ts';
import { WebhookJob } from './webhook-job.ts';
import { WebhookSender } from './webhook-sender.ts';

/** Events out to customers' systems. */
@Module({
  providers: [EventDeliveries, EventSubscriptions, WebhookJob, WebhookSender],
  exports: [EventDeliveries, EventSubscriptions],
})
export class WebhooksModule {}
