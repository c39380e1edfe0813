import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

import type { Recording, Step } from './recording.ts';

export interface RecordedReader {
  port: number;
  /** Resolves when the last connection of the recording has been played; rejects with the first byte that was not as recorded. */
  played: Promise<void>;
  close(): void;
}

/**
 * Plays the reader's side of a recording over TCP, one connection after the other. It waits for the client's bytes and for
 * nothing else: the recorded pauses are for the decoder's clock. What it sends comes in pieces of seven bytes.
 */
export async function startRecordedReader({ connections }: Recording): Promise<RecordedReader> {
  const waiting = [...connections];
  const finished = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    const steps = waiting.shift();
    if (!steps) {
      socket.destroy();
      return;
    }
    playConnection(socket, steps).then(
      () => waiting.length === 0 && finished.resolve(),
      (error: unknown) => finished.reject(error),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    played: finished.promise,
    close: () => server.close(),
  };
}

async function playConnection(socket: Socket, steps: readonly Step[]): Promise<void> {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  const client = readFrom(socket);
  for (const step of steps) {
    if (step.kind === 'reader') {
      for (let at = 0; at < step.bytes.length; at += 7) await write(socket, step.bytes.subarray(at, at + 7));
    } else if (step.kind === 'client') {
      const expected = Buffer.from(step.bytes).toString('hex');
      const sent = (await client.take(step.bytes.length)).toString('hex');
      if (sent !== expected) throw new Error(`at ${step.atMs} ms the client sent ${sent} instead of ${expected}`);
    } else if (step.kind === 'reset') {
      socket.resetAndDestroy();
    } else {
      socket.end();
    }
  }
}

/** Resolves when the bytes are the system's: a reset right behind them must not take them back. */
function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
}

/** The client's bytes, as many at a time as are asked for. */
function readFrom(socket: Socket): { take(bytes: number): Promise<Buffer> } {
  let received = Buffer.alloc(0);
  let arrived = (): void => undefined;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    arrived();
  });
  socket.on('close', () => arrived());
  return {
    async take(bytes) {
      while (received.length < bytes && !socket.closed) {
        await new Promise<void>((resolve) => (arrived = resolve));
      }
      const taken = received.subarray(0, bytes);
      received = received.subarray(bytes);
      return taken;
    },
  };
}
