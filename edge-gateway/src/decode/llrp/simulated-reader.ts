import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

import { createLlrpFramer } from './framer.ts';
import { type LlrpMessage, MESSAGE_TYPE, readMessage, writeMessage } from './message.ts';

export const STATUS_SUCCESS = hex('011f0008 0000 0000');
const STATUS_REFUSED = hex('011f000b 0069 0003 6e6f74'); // 105 "not"
export const CONNECTION_ACCEPTED = hex('00f60016 0080000c00064c2b3a8d2800 01000006 0000');
export const TAG_REPORT = hex('00f0001f 8d 3074257bf7194e4000001a85 81 0001 86 d0 82 0005a9e4bef862e0');

/** Plays the reader's side: accepts the connection, answers each request, cuts what it sends into odd pieces. */
/** @param refusals types of requests that it refuses, each once */
export async function startSimulatedReader(...refusals: number[]) {
  const requests: number[] = [];
  const waiting = new Set<() => void>();
  const framer = createLlrpFramer();
  let socket: Socket | undefined;
  const server: Server = createServer((client) => {
    socket = client;
    client.on('error', () => undefined);
    client.on('data', (chunk) => {
      for (const frame of framer.push(chunk)) answer(frame);
      for (const check of waiting) check();
    });
    send({ version: 1, type: MESSAGE_TYPE.READER_EVENT_NOTIFICATION, id: 1, body: CONNECTION_ACCEPTED });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function send(message: LlrpMessage): void {
    const bytes = writeMessage(message);
    for (let at = 0; at < bytes.length; at += 7) socket?.write(bytes.subarray(at, at + 7));
  }

  function answer(frame: Uint8Array): void {
    const request = readMessage(frame);
    if (!request) return;
    requests.push(request.type);
    if (request.type === MESSAGE_TYPE.KEEPALIVE_ACK) return;
    const refusal = refusals.indexOf(request.type);
    if (refusal >= 0) refusals.splice(refusal, 1);
    const body = refusal >= 0 ? STATUS_REFUSED : STATUS_SUCCESS;
    send({ version: 1, type: request.type + 10, id: request.id, body });
  }

  function until(holds: (requests: readonly number[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (holds(requests)) resolve();
      };
      waiting.add(check);
      check();
    });
  }

  const address = server.address();
  const close = (): void => {
    socket?.destroy();
    server.close();
  };
  const hangUp = (): void => {
    socket?.destroy();
  };
  return { port: typeof address === 'object' && address ? address.port : 0, requests, send, until, close, hangUp };
}

function hex(text: string): Uint8Array {
  return Buffer.from(text.replace(/\s/g, ''), 'hex');
}
