import type { StreamEvent } from '../api/types';
import { backoffMs } from './backoff';
import { EventStreamParser } from './event-stream';

export type LiveState =
  | { state: 'off' }
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'reconnecting'; lastHeardAtMs: number | null };

/** The server sends a comment every 15 s: after two missed ones the connection is dead, whatever the socket says. */
const SILENCE_MS_MAX = 40_000;

export interface LiveHandlers {
  onEvents(events: StreamEvent[]): void;
  /** After every connect: what happened meanwhile was not pushed, so the lists are to be read again. */
  onConnected(): void;
  onRefused(): void;
}

/** Reads `/api/v1/stream` for as long as it is open, and connects again with growing pauses. */
export class LiveConnection {
  #state: LiveState = { state: 'off' };
  #lastHeardAtMs: number | null = null;
  #stopped = new AbortController();
  #wake: (() => void) | undefined;
  readonly #listeners = new Set<() => void>();

  get state(): LiveState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  open(accessToken: string, handlers: LiveHandlers): void {
    this.close();
    this.#stopped = new AbortController();
    this.#set({ state: 'connecting' });
    void this.#run(accessToken, handlers, this.#stopped.signal);
  }

  close(): void {
    this.#stopped.abort();
    this.#lastHeardAtMs = null;
    this.#set({ state: 'off' });
  }

  /** Tries at once instead of after the pause: the network is back, or the page is looked at again. */
  retryNow(): void {
    this.#wake?.();
  }

  async #run(accessToken: string, handlers: LiveHandlers, stopped: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!stopped.aborted) {
      const connected = await this.#readOnce(accessToken, handlers, stopped);
      if (stopped.aborted || connected === 'refused') return;
      attempt = connected === 'was-live' ? 0 : attempt + 1;
      this.#set({ state: 'reconnecting', lastHeardAtMs: this.#lastHeardAtMs });
      await this.#pause(backoffMs(attempt), stopped);
    }
  }

  async #readOnce(
    accessToken: string,
    handlers: LiveHandlers,
    stopped: AbortSignal,
  ): Promise<'refused' | 'failed' | 'was-live'> {
    const silent = new AbortController();
    let watchdog = setTimeout(() => silent.abort(), SILENCE_MS_MAX);
    let outcome: 'failed' | 'was-live' = 'failed';
    try {
      const response = await fetch('/api/v1/stream', {
        headers: { Authorization: `Bearer ${accessToken}`, Accept: 'text/event-stream' },
        signal: AbortSignal.any([stopped, silent.signal]),
        cache: 'no-store',
      });
      if (response.status === 401) {
        handlers.onRefused();
        return 'refused';
      }
      if (!response.ok || !response.body) return 'failed';
      outcome = 'was-live';
      this.#set({ state: 'live' });
      handlers.onConnected();
      const parser = new EventStreamParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silent.abort(), SILENCE_MS_MAX);
        this.#lastHeardAtMs = Date.now();
        const events = parser.push(piece.value).map(({ data }) => JSON.parse(data) as StreamEvent);
        if (events.length > 0) handlers.onEvents(events);
      }
      return outcome;
    } catch {
      return outcome;
    } finally {
      clearTimeout(watchdog);
    }
  }

  #pause(durationMs: number, stopped: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, durationMs);
      this.#wake = done;
      stopped.addEventListener('abort', done, { once: true });
    });
  }

  #set(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
