import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { Aedes } from 'aedes';

/** The embedded central broker, on a port of its own. */
export interface TestBroker {
  url: string;
  close(): Promise<void>;
}

export async function startTestBroker(): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${port}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        aedes.close(() => resolve());
      });
      server.close();
    },
  };
}
