import { useQueryClient, type Query, type QueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore, type ReactNode } from 'react';

import type { Pages } from '../api/paging';
import { isShort } from '../api/queries';
import type { StockItem, StreamEvent } from '../api/types';
import { session, useSession, useSessionLapsed } from '../session/session';
import { applyStockEvents, newestByBin } from './apply-events';
import { LiveConnection, type LiveState } from './live-connection';

const connection = new LiveConnection();

/** Pushed levels are shown a few times a second at most, however many come. */
const SHOW_EVERY_MS = 200;
const REREAD_EVERY_MS = 1_000;

export function useLiveState(): LiveState {
  return useSyncExternalStore(connection.subscribe, () => connection.state);
}

/** Keeps the lists true while somebody is signed in. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient();
  const lapsed = useSessionLapsed();
  const held = useSession()?.accessToken;
  const accessToken = lapsed ? undefined : held;
  useEffect(() => {
    if (accessToken === undefined) return undefined;
    const updates = new LiveUpdates(queryClient);
    connection.open(accessToken, {
      onEvents: (events) => updates.take(events),
      onConnected: () => updates.rereadAll(),
      onRefused: () => session.lapse(),
    });
    const retry = (): void => connection.retryNow();
    window.addEventListener('online', retry);
    document.addEventListener('visibilitychange', retry);
    return () => {
      window.removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retry);
      connection.close();
      updates.close();
    };
  }, [accessToken, queryClient]);
  return children;
}

/** Collects events and shows them together; lists that an event cannot patch are read again, not too often. */
class LiveUpdates {
  readonly #queryClient: QueryClient;
  #waiting: StreamEvent[] = [];
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  #rereadTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #rereadKeys = new Set<string>();

  constructor(queryClient: QueryClient) {
    this.#queryClient = queryClient;
  }

  take(events: StreamEvent[]): void {
    this.#waiting.push(...events);
    this.#showTimer ??= setTimeout(() => this.#show(), SHOW_EVERY_MS);
  }

  rereadAll(): void {
    void this.#queryClient.invalidateQueries();
  }

  close(): void {
    clearTimeout(this.#showTimer);
    clearTimeout(this.#rereadTimer);
  }

  #show(): void {
    this.#showTimer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    const newest = newestByBin(events);
    if (newest.size > 0) {
      this.#queryClient.setQueriesData<Pages<StockItem>>(
        { queryKey: ['stock'] },
        (pages) => pages && applyStockEvents(pages, newest),
      );
      this.#reread('bin');
      this.#reread('movements');
    }
    if (events.some(({ type }) => type === 'order')) {
      for (const key of ['orders', 'order', 'receipts', 'stock', 'bin', 'summary']) this.#reread(key);
    }
    if (events.some(({ type }) => type === 'alerts')) this.#reread('alerts');
  }

  #reread(key: string): void {
    this.#rereadKeys.add(key);
    this.#rereadTimer ??= setTimeout(() => {
      this.#rereadTimer = undefined;
      for (const key of this.#rereadKeys) {
        const predicate = ({ state }: Query): boolean =>
          key !== 'stock' || isShort(state.data as Pages<StockItem> | undefined);
        void this.#queryClient.invalidateQueries({ queryKey: [key], predicate });
      }
      this.#rereadKeys.clear();
    }, REREAD_EVERY_MS);
  }
}
