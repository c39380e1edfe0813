import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { MosquittoServer } from '@shelfwire/test-servers';

/** The broker between gateways and centre: a Mosquitto of the run's own, or one that is there already. */
export interface CentralBroker {
  /** Where parts connect, in turn: more than one for the nodes of a cluster. */
  urls: readonly [string, ...string[]];
  login?: { username: string; password: string } | undefined;
  /** Of the authority that signed its certificate, PEM. */
  caFile?: string | undefined;
  /** Stops it and starts it again; undefined where nobody said how. */
  restart?: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}

export async function ownMosquitto(): Promise<CentralBroker> {
  const server = await MosquittoServer.start();
  return { urls: [server.url], restart: () => server.restart(), close: () => server.close() };
}

/** @param about `restartCommand`: for a shell, ended when the broker is on its way up again */
export function brokerThatIsThere(
  about: Pick<CentralBroker, 'urls' | 'login' | 'caFile'> & { restartCommand: string | undefined },
): CentralBroker {
  const { restartCommand, ...broker } = about;
  const restart = async (): Promise<void> => {
    await promisify(execFile)('/bin/sh', ['-c', restartCommand ?? 'false']);
  };
  return { ...broker, ...(restartCommand === undefined ? {} : { restart }), close: () => Promise.resolve() };
}

/** The settings of a service that consumes or publishes there. @param turn spreads the parts over the nodes */
export function settingsAtCentre(broker: CentralBroker, turn: number): Record<string, string> {
  return {
    SHELFWIRE_CENTRAL_MQTT_URL: nodeOf(broker, turn),
    ...loginSettings(broker, 'CENTRAL_MQTT'),
    ...(broker.caFile === undefined ? {} : { SHELFWIRE_TLS_CA_FILE: broker.caFile }),
  };
}

/** The settings of a gateway, beside the address. */
export function settingsOfGateway(broker: CentralBroker): Record<string, string> {
  return {
    ...loginSettings(broker, 'UPLINK'),
    ...(broker.caFile === undefined ? {} : { SHELFWIRE_UPLINK_CA_FILE: broker.caFile }),
  };
}

export function nodeOf({ urls }: CentralBroker, turn: number): string {
  return urls[turn % urls.length] ?? urls[0];
}

function loginSettings({ login }: CentralBroker, which: 'CENTRAL_MQTT' | 'UPLINK'): Record<string, string> {
  if (!login) return {};
  return { [`SHELFWIRE_${which}_USERNAME`]: login.username, [`SHELFWIRE_${which}_PASSWORD`]: login.password };
}
