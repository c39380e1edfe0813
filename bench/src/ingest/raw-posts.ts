import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';

/** Posts bodies that are ready over a few connections, as fast as the database answers. @returns seconds it took */
export async function postRaw(
  url: string,
  bodies: readonly Buffer[],
  connections: number,
  token?: string,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startedAtMs = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await post(url, body, agent, token);
    }),
  );
  agent.destroy();
  return (performance.now() - startedAtMs) / 1_000;
}

async function post(url: string, body: Buffer, agent: Agent, token: string | undefined): Promise<void> {
  const authorization = token === undefined ? {} : { authorization: `Token ${token}` };
  const headers = { 'content-type': 'text/plain', ...authorization };
  const sending = request(url, { method: 'POST', agent, headers });
  sending.end(body);
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  if (answer.statusCode !== 204) throw new Error(`raw post: ${answer.statusCode}`);
}
