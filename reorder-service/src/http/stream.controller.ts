import { Controller, Get, Res } from '@nestjs/common';
import type { StreamEvent } from '@shelfwire/contract/api';
import type { FastifyReply } from 'fastify';

import type { UserPrincipal } from '../auth/principal.ts';
import { SessionWatch } from '../auth/session-watch.ts';
import { LiveEvents, type LiveEvent } from '../events/live-events.ts';
import { CurrentPerson } from './access-guard.ts';
import { HttpProblem } from './problems.ts';
import { SuppliedItems } from './supplied-items.ts';

const HEARTBEAT_MS = 15_000;
const STREAMS_MAX = 2_000;
/** A reader that is this far behind is cut off; it connects again and reads the lists. */
const BEHIND_BYTES_MAX = 1_048_576;

/** `GET /api/v1/stream`: what happens, as server-sent events, to everybody who is looking. */
@Controller()
export class StreamController {
  #open = 0;

  constructor(
    private readonly live: LiveEvents,
    private readonly suppliedItems: SuppliedItems,
    private readonly sessions: SessionWatch,
  ) {}

  @Get('/api/v1/stream')
  async stream(@CurrentPerson() person: UserPrincipal, @Res() reply: FastifyReply): Promise<void> {
    if (this.#open >= STREAMS_MAX) throw new HttpProblem('TOO_MANY_STREAMS', 'Too many pages are open on this server');
    const mayReceive = await this.#filterFor(person);
    this.#open += 1;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      // nginx would hold the events back.
      'X-Accel-Buffering': 'no',
      Date: new Date().toUTCString(),
    });
    raw.write(': connected\n\n');
    const write = (text: string): void => {
      if (raw.writableLength > BEHIND_BYTES_MAX) raw.destroy();
      else raw.write(text);
    };
    const heartbeat = setInterval(() => {
      write(': still here\n\n');
      void this.#endIfShutOut(person, raw);
    }, HEARTBEAT_MS);
    const expiry = setTimeout(() => raw.end(), person.expiresAtMs - Date.now());
    const subscription = this.live.events.subscribe({
      next: (live) => {
        if (live.tenantId === person.tenantId && mayReceive(live)) write(formatEvent(live.event));
      },
      complete: () => raw.end(),
    });
    raw.once('close', () => {
      this.#open -= 1;
      clearInterval(heartbeat);
      clearTimeout(expiry);
      subscription.unsubscribe();
    });
  }

  /** Who was disabled, or has another role or password now, hears no more than one heartbeat longer. */
  async #endIfShutOut(person: UserPrincipal, raw: FastifyReply['raw']): Promise<void> {
    try {
      const state = await this.sessions.stateOf(person.userId, person.sessionNumber, Date.now());
      if (state !== 'good') raw.end();
    } catch {
      // The database is away: nothing new is told then either, and the next heartbeat asks again.
    }
  }

  /** A supplier hears of its own orders, and of the stock of what it sells. */
  async #filterFor(person: UserPrincipal): Promise<(live: LiveEvent) => boolean> {
    const { supplierId, tenantId } = person;
    if (supplierId === undefined) return () => true;
    const sells = await this.suppliedItems.watch(tenantId, supplierId);
    return ({ event, supplierId: concerned }) => {
      if (event.type === 'order') return concerned === supplierId;
      return event.type === 'stock' && sells(event.event.itemId);
    };
  }
}

function formatEvent(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
