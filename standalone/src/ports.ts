import { once } from 'node:events';
import { createServer } from 'node:net';

import { ShelfwireError } from '@shelfwire/contract';

/**
 * Looks whether the port can be listened on, before anything is started; 0 finds a free one.
 * @throws ShelfwireError PORT_IN_USE
 */
export async function claimPort(option: string, host: string, port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw describeFailure(option, host, port, (error as NodeJS.ErrnoException).code);
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : port;
}

export async function findInternalPorts<const Name extends string>(
  names: readonly Name[],
): Promise<Record<Name, number>> {
  // All are held at once, so that no port is given twice.
  const servers = names.map((name) => ({ name, server: createServer().listen(0, '127.0.0.1') }));
  const found: [Name, number][] = [];
  for (const { name, server } of servers) {
    if (!server.listening) await once(server, 'listening');
    const address = server.address();
    found.push([name, address !== null && typeof address === 'object' ? address.port : 0]);
  }
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(found) as Record<Name, number>;
}

function describeFailure(option: string, host: string, port: number, code: string | undefined): ShelfwireError {
  if (code === 'EADDRINUSE') {
    return new ShelfwireError('PORT_IN_USE', `port ${port} of ${host} is in use: choose another one with ${option}`);
  }
  const reason = code === 'EACCES' ? 'it needs more rights' : code === 'EADDRNOTAVAIL' ? 'no such address here' : code;
  return new ShelfwireError('OPTION_INVALID', `cannot listen on port ${port} of ${host} (${reason ?? 'unknown'})`);
}
