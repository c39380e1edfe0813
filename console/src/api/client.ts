import createClient, { type Middleware } from 'openapi-fetch';

import { session } from '../session/session';
import { serverClock } from '../time/server-clock';
import { failureOf, unreachable } from './failure';
import type { paths } from './generated/schema';

const authentication: Middleware = {
  onRequest({ request }) {
    const { current } = session;
    if (current) request.headers.set('Authorization', `Bearer ${current.accessToken}`);
    return request;
  },
  onResponse({ request, response }) {
    serverClock.observe(response.headers.get('Date'), Date.now());
    const sentToken = request.headers.get('Authorization');
    // Only the session that was refused ends; an answer to an older one must not end a fresh sign-in.
    if (response.status === 401 && sentToken !== null && sentToken === `Bearer ${session.current?.accessToken}`) {
      session.lapse();
    }
  },
  onError() {
    return unreachable();
  },
};

export const api = createClient<paths>({ baseUrl: '/' });
api.use(authentication);

/** The data of an answer, or its problem thrown as an ApiFailure. */
export async function unwrap<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer;
  if (data === undefined) throw failureOf(response.status, error);
  return data;
}
