import type { Duplex } from 'node:stream';

import { ShelfwireError } from '@shelfwire/contract';
import { SerialPort } from 'serialport';

import type { SerialSettings } from '../gateway-file.ts';

/** @throws ShelfwireError SERIAL_UNAVAILABLE, retryable */
export function openSerialPort(settings: SerialSettings): Promise<Duplex> {
  const { path, baudRate, dataBits, parity, stopBits } = settings;
  const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  return new Promise((resolve, reject) => {
    port.open((error) => {
      if (!error) resolve(port);
      else reject(new ShelfwireError('SERIAL_UNAVAILABLE', error.message, { retryable: true, cause: error }));
    });
  });
}
