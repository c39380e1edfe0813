import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { AlertChannel } from '@shelfwire/contract/api';
import type { Logger } from '@shelfwire/contract/service';
import { createTransport, type Transporter } from 'nodemailer';

import type { Config } from '../config.ts';
import { Outside } from '../outbound/outside.ts';
import { CONFIG, LOGGER } from '../runtime/runtime.module.ts';
import type { AlertToTell } from './digest.ts';

export type SendResult = { ok: true; detail: string } | { ok: false; detail: string };

const TIMEOUT_MS = 15_000;

/** One message to one channel. Never throws. */
@Injectable()
export class AlertSender implements OnApplicationShutdown {
  readonly #mail: Transporter | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly outside: Outside,
  ) {
    const url = config.SHELFWIRE_SMTP_URL;
    const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS };
    if (url !== undefined) this.#mail = createTransport({ url, ...timeouts });
  }

  onApplicationShutdown(): void {
    this.#mail?.close();
  }

  send(channel: AlertChannel, alerts: readonly AlertToTell[]): Promise<SendResult> {
    const open = alerts.filter((alert) => alert.resolvedAtMs === null);
    const [first] = open;
    const subject = first && open.length === 1 ? first.title : `${open.length} alerts`;
    return this.#deliver(channel, `Shelfwire: ${subject}`, textOf(alerts), () => alerts.map(toCloudEvent));
  }

  /** Unlike an alert, a test that nobody can get has failed: whoever sent it wants to know. */
  sendTest(channel: AlertChannel, by: string, nowMs: number): Promise<SendResult> {
    if (channel.kind === 'email' && !this.#mail) {
      const detail = 'no mail server is set (SHELFWIRE_SMTP_URL): mails are only written to the log';
      return Promise.resolve({ ok: false, detail });
    }
    const text = `This is a test by ${by}. Alerts of ${channel.minSeverity} and above arrive here.`;
    const event = {
      ...ENVELOPE,
      id: `test-${nowMs}`,
      type: 'shelfwire.alert.test.v1',
      time: isoOf(nowMs),
      data: { by },
    };
    return this.#deliver(channel, 'Shelfwire: a test message', text, () => [event]);
  }

  async #deliver(channel: AlertChannel, subject: string, text: string, events: () => object[]): Promise<SendResult> {
    try {
      return channel.kind === 'email'
        ? await this.#mailTo(channel, subject, text)
        : await this.#post(channel, events());
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message.slice(0, 300) : 'unknown error' };
    }
  }

  async #mailTo({ channelId, target }: AlertChannel, subject: string, text: string): Promise<SendResult> {
    if (!this.#mail) {
      this.logger.warn(
        { channelId, to: target, subject, text },
        'SHELFWIRE_SMTP_URL is not set: this mail is only logged',
      );
      return { ok: true, detail: 'no mail server is set: written to the log' };
    }
    await this.#mail.sendMail({ from: this.config.SHELFWIRE_MAIL_FROM, to: target, subject, text });
    return { ok: true, detail: `accepted by the mail server for ${target}` };
  }

  /** CloudEvents 1.0, as a batch. */
  async #post({ target }: AlertChannel, events: readonly object[]): Promise<SendResult> {
    const answer = await this.outside.post({
      url: target,
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
      timeoutMs: TIMEOUT_MS,
    });
    if (answer.kind !== 'answered') return { ok: false, detail: answer.detail };
    // What they say is shown to nobody: it may be anything.
    return { ok: answer.status >= 200 && answer.status < 300, detail: `HTTP ${answer.status}` };
  }
}

const ENVELOPE = { specversion: '1.0', source: '/shelfwire/alerts', datacontenttype: 'application/json' } as const;

function toCloudEvent(alert: AlertToTell): object {
  const { tenantId, alertId, resolvedAtMs, traceparent, ...data } = alert;
  const over = resolvedAtMs !== null;
  return {
    ...ENVELOPE,
    // The same when it is sent again, so that it counts once.
    id: `${alertId}-${over ? 'resolved' : alert.severity}`,
    type: over ? 'shelfwire.alert.resolved.v1' : 'shelfwire.alert.raised.v1',
    time: isoOf(resolvedAtMs ?? alert.raisedAtMs),
    subject: alertId,
    tenant: tenantId.toLowerCase(),
    // CloudEvents' distributed tracing extension.
    ...(traceparent === null ? {} : { traceparent }),
    data,
  };
}

function textOf(alerts: readonly AlertToTell[]): string {
  const part = (title: string, of: readonly AlertToTell[]): string[] =>
    of.length === 0
      ? []
      : [
          title,
          ...of.map((alert) => `- ${alert.title}${alert.siteId ? ` (${alert.siteId})` : ''}: ${alert.detail}`),
          '',
        ];
  const open = alerts.filter((alert) => alert.resolvedAtMs === null);
  return [
    ...part(
      'CRITICAL',
      open.filter((alert) => alert.severity === 'critical'),
    ),
    ...part(
      'Open',
      open.filter((alert) => alert.severity !== 'critical'),
    ),
    ...part(
      'Over',
      alerts.filter((alert) => alert.resolvedAtMs !== null),
    ),
  ].join('\n');
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
