import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import { afterEach, expect, test } from 'vitest';

import { ImpairedLink } from './impaired-link.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

async function echoBehind(impairment: { delayMs: number; lossRatio: number; retransmitMs: number }) {
  const echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  let turn = 0;
  const link = await ImpairedLink.start((echo.address() as AddressInfo).port, impairment, () => (turn++ % 10) / 10);
  open.push(link, echo);
  return link;
}

async function answer(socket: Socket, length: number): Promise<string> {
  let text = '';
  while (text.length < length) text += String((await once(socket, 'data'))[0]);
  return text;
}

test('what goes in comes out in order, later by the delay of both ways', async () => {
  const link = await echoBehind({ delayMs: 30, lossRatio: 0.2, retransmitMs: 20 });
  const socket = connect(link.port, '127.0.0.1');
  const startedAtMs = performance.now();
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  for (const letter of letters) socket.write(letter);
  expect(await answer(socket, letters.length)).toBe(letters);
  // A timer counts in whole milliseconds, and may be up to one early by a finer clock.
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(2 * 30 - 2);
  socket.destroy();
});

test('a cut line passes nothing and tells nobody; after it is restored, new connections pass', async () => {
  const link = await echoBehind({ delayMs: 0, lossRatio: 0, retransmitMs: 0 });
  const before = connect(link.port, '127.0.0.1');
  before.on('error', () => undefined);
  before.write('a');
  expect(await answer(before, 1)).toBe('a');
  link.cut();
  let heard = false;
  before.on('data', () => {
    heard = true;
  });
  before.write('b');
  const closed = new Promise((resolve) => before.on('close', resolve));
  link.restore();
  await closed;
  const after = connect(link.port, '127.0.0.1');
  after.write('c');
  expect(await answer(after, 1)).toBe('c');
  expect(heard).toBe(false);
  after.destroy();
});
