import { useEffect, useState } from 'react';

/**
 * Whoever closes a dialog goes on where they were: the focus returns to what opened it, and, where that is gone since,
 * to the content. Mantine does so only for a dialog that stays mounted while it is closed; ours do not.
 */
export function useFocusReturn(): void {
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // After the dialog has left: its focus trap would take the focus back.
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body && document.activeElement !== null) return;
        const target = opener?.isConnected && opener !== document.body ? opener : document.querySelector('#content');
        if (target instanceof HTMLElement) target.focus({ preventScroll: true });
      });
    },
    [opener],
  );
}
