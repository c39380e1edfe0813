import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';

import { ShelfwireError } from '@shelfwire/contract';
import { makeFolder } from '@shelfwire/contract/service';

/**
 * One gateway per data folder: two would give out the same sequences. The lock is a listening socket in Linux's
 * abstract namespace, which the kernel takes away with the process, however that ends; so a lock is never left behind.
 * Known gap: other systems have no such sockets and go without, and it does not reach across network namespaces.
 * @throws ShelfwireError OUTBOX_LOCKED
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  if (process.platform !== 'linux') return { release: () => Promise.resolve() };
  makeFolder(folder);
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0shelfwire-gateway-${name}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new ShelfwireError(
      'OUTBOX_LOCKED',
      `another gateway uses ${folder}; stop it or give this one another folder`,
      {
        cause: error,
      },
    );
  }
  server.unref();
  return {
    release: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
