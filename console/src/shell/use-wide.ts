import { useSyncExternalStore } from 'react';

/** As in the style sheets: above it, the navigation is a rail. */
const wideScreen = window.matchMedia('(min-width: 48.01em)');

/** One navigation is drawn, not two of which one is hidden: a reader of the page would meet every link twice. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => wideScreen.matches);
}

function subscribe(listener: () => void): () => void {
  wideScreen.addEventListener('change', listener);
  return () => wideScreen.removeEventListener('change', listener);
}
