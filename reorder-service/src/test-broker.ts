import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { Aedes } from 'aedes';

/** The embedded central broker, on a port of its own. */
export interface TestBroker {
  url: string;
  /** Of each SUBSCRIBE that came. */
  subscriptions: string[];
  close(): Promise<void>;
}

export async function startTestBroker(): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const subscriptions: string[] = [];
  aedes.on('subscribe', (asked) => subscriptions.push(...asked.map(({ topic }) => topic)));
  const server = createServer(aedes.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    subscriptions,
    close: async () => {
      await new Promise<void>((resolve) => {
        aedes.close(() => resolve());
      });
      server.close();
    },
  };
}
