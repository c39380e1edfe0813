import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './global.css';

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { createQueryClient } from './api/queries';
import { LiveProvider } from './live/LiveProvider';
import { createConsoleRouter } from './router';
import { session } from './session/session';
import { cssVariables, theme } from './theme';

const queryClient = createQueryClient();
const router = createConsoleRouter(queryClient);

session.subscribe(() => {
  // The page stays as it is, with what is being typed; nothing more is read for it.
  if (session.lapsed) return;
  // What one person saw must not flash up for the next.
  if (!session.current) queryClient.clear();
  void router.invalidate();
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="top-center" />
      <QueryClientProvider client={queryClient}>
        <LiveProvider>
          <RouterProvider router={router} />
        </LiveProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Without it the console only does not open offline.
  navigator.serviceWorker.register('/sw.js').catch(() => undefined);
}
