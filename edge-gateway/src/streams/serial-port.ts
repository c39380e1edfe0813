import type { Duplex } from 'node:stream';

import { ShelfwireError } from '@shelfwire/contract';
import { SerialPort } from 'serialport';

import type { SerialSettings } from '../gateway-file.ts';

const HANG_UP_CHECK_MS = 1_000;

/** @throws ShelfwireError SERIAL_UNAVAILABLE, retryable */
export function openSerialPort(settings: SerialSettings): Promise<Duplex> {
  const { path, baudRate, dataBits, parity, stopBits } = settings;
  const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  return new Promise((resolve, reject) => {
    port.open((error) => {
      if (error) {
        reject(new ShelfwireError('SERIAL_UNAVAILABLE', error.message, { retryable: true, cause: error }));
        return;
      }
      void watchForHangUp(port);
      resolve(port);
    });
  });
}

/**
 * Destroys a port whose device is gone. Often the port closes by itself. But a line that was hung up may also read as empty,
 * with no error and for ever: then the library reads again without end, at the cost of a core, and a scale that sends
 * by itself would never be opened again. The settings of such a line cannot be read any more, and that tells.
 */
async function watchForHangUp(port: SerialPort): Promise<void> {
  if (!(await canBeAsked(port))) return; // not on every system
  const timer = setInterval(() => {
    void canBeAsked(port).then((isThere) => {
      if (isThere || port.destroyed) return;
      port.destroy(new ShelfwireError('SERIAL_UNAVAILABLE', 'the device was unplugged', { retryable: true }));
    });
  }, HANG_UP_CHECK_MS);
  port.once('close', () => clearInterval(timer));
  if (port.destroyed) clearInterval(timer);
}

async function canBeAsked(port: SerialPort): Promise<boolean> {
  try {
    await port.port?.getBaudRate();
    return true;
  } catch {
    return false;
  }
}
