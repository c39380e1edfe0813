import { useSyncExternalStore } from 'react';

import type { CurrentUser } from '../api/types';

export interface Session {
  accessToken: string;
  expiresAtMs: number;
  user: CurrentUser;
}

const STORAGE_KEY = 'shelfwire.session';
// setTimeout holds 31 bits; longer sessions are checked again at that time.
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Who is signed in. Kept in sessionStorage, so that a reload keeps it and closing the tab ends it; another tab signs in
 * for itself.
 */
class SessionStore {
  #current: Session | null = readStored();
  #lapsed = false;
  #notice: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#watchExpiry();
  }

  get current(): Session | null {
    return this.#current;
  }

  /** The service takes its token no more. The page stays, for what is being typed in it, until they have signed in again. */
  get lapsed(): boolean {
    return this.#lapsed;
  }

  /** Why the last session ended, for the sign-in page. */
  get notice(): string | null {
    return this.#notice;
  }

  begin(started: Session): void {
    this.#current = started;
    this.#lapsed = false;
    this.#notice = null;
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(started));
    this.#watchExpiry();
    this.#tell();
  }

  /** It ended by itself, perhaps in the middle of a sentence. A reload, and another tab, know nothing of it any more. */
  lapse(): void {
    if (!this.#current || this.#lapsed) return;
    this.#lapsed = true;
    sessionStorage.removeItem(STORAGE_KEY);
    clearTimeout(this.#timer);
    this.#tell();
  }

  end(notice: string | null): void {
    this.#current = null;
    this.#lapsed = false;
    this.#notice = notice;
    sessionStorage.removeItem(STORAGE_KEY);
    clearTimeout(this.#timer);
    this.#tell();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #watchExpiry(): void {
    clearTimeout(this.#timer);
    if (!this.#current) return;
    const remainingMs = this.#current.expiresAtMs - Date.now();
    if (remainingMs <= 0) this.lapse();
    else this.#timer = setTimeout(() => this.#watchExpiry(), Math.min(remainingMs, TIMER_MS_MAX));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const session = new SessionStore();

export function useSession(): Session | null {
  return useSyncExternalStore(session.subscribe, () => session.current);
}

export function useSessionLapsed(): boolean {
  return useSyncExternalStore(session.subscribe, () => session.lapsed);
}

function readStored(): Session | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? 'null');
    return isSession(stored) ? stored : null;
  } catch {
    return null;
  }
}

function isSession(value: unknown): value is Session {
  return (
    typeof value === 'object' && value !== null && 'accessToken' in value && 'expiresAtMs' in value && 'user' in value
  );
}
