import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

import type { TcpSettings } from '../gateway-file.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_AFTER_MS = 10_000;
/** A peer that is gone without a word shows only by its silence; connecting again costs a moment. */
const SILENCE_MS_MAX = 300_000;

export function openTcpConnection(settings: TcpSettings, silenceMsMax = SILENCE_MS_MAX): Promise<Duplex> {
  const socket = connect({
    host: settings.host,
    port: settings.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEPALIVE_AFTER_MS,
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), CONNECT_TIMEOUT_MS);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      socket.setTimeout(silenceMsMax, () =>
        socket.destroy(new Error(`nothing heard for ${Math.round(silenceMsMax / 1_000)} s`)),
      );
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
