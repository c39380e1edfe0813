import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

import { findProgram, ServerProcess } from '@shelfwire/test-servers';

import { openSerialPort } from './serial-port.ts';

/**
 * For tests: a serial cable between the gateway and a simulated scale, a real pseudo-terminal pair. Other than a serial port
 * it is gone when the gateway closes its end.
 */
export interface TestCable {
  gatewayEnd: string;
  scaleEnd: string;
  /** What pulling the plug does: both devices are gone. */
  pull(): Promise<void>;
}

export async function plugIn(folder: string, name: string): Promise<TestCable> {
  const gatewayEnd = join(folder, `${name}-gateway`);
  const scaleEnd = join(folder, `${name}-scale`);
  const pty = (link: string): string => `pty,raw,echo=0,link=${link}`;
  const cable = new ServerProcess(findProgram('socat') ?? 'socat', [pty(gatewayEnd), pty(scaleEnd)]);
  await cable.ready(async () => {
    await (await open(scaleEnd, constants.O_RDWR | constants.O_NOCTTY)).close();
    return true;
  });
  return {
    gatewayEnd,
    scaleEnd,
    pull: async () => {
      await cable.stop('SIGKILL');
      // As udev does it: a name that is left would soon lead to the device of another cable, which got the same number.
      await Promise.all([gatewayEnd, scaleEnd].map((path) => rm(path, { force: true })));
    },
  };
}

/** What a scale writes when it has received these bytes; nothing if it was not asked for anything. */
export type Answer = (request: Buffer) => Uint8Array | string | undefined;

/** A scale that answers what it is asked; text is sent one byte a character. */
export async function scaleAt(path: string, answer: Answer): Promise<Duplex> {
  // As the gateway does it: a port of the library alone would spin for ever when the cable is pulled.
  const port = await openSerialPort({ path, baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 });
  port.on('error', () => undefined);
  port.on('data', (request: Buffer) => {
    const bytes = answer(request);
    if (bytes !== undefined) port.write(Buffer.from(bytes as string, 'latin1'));
  });
  return port;
}
