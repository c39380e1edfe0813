import { connectAsync, type MqttClient } from 'mqtt';

import type { RunningGateway } from '../gateway.ts';
import { startTestGateway } from '../test-site.ts';

/** For tests: a gateway without uplink whose local API is used as a person at the shelf would. */

const NO_CENTRE = 'mqtt://127.0.0.1:1';
const API_TOKEN = 'a token of the local API';

interface Answer {
  status: number;
  body: { [key: string]: unknown };
}

export async function call(
  gateway: RunningGateway,
  method: string,
  path: string,
  body?: unknown,
  token = API_TOKEN,
): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${gateway.httpPort}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}

export function start(
  folder: string,
  devices: readonly unknown[] = [],
  more: { siteBroker?: Record<string, unknown> } = {},
): Promise<RunningGateway> {
  const env = { SHELFWIRE_API_TOKEN: API_TOKEN };
  return startTestGateway({ folder, uplinkUrl: NO_CENTRE, devices, env, ...more });
}

export function signIn(gateway: RunningGateway, username: string, password: string): Promise<MqttClient> {
  const url = `mqtt://127.0.0.1:${gateway.mqttPort}`;
  return connectAsync(url, { username, password, clientId: username, reconnectPeriod: 0 });
}

export async function appended(gateway: RunningGateway): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
  return Number(/readings_appended_total\{kind="weight"\} (\d+)/.exec(text)?.[1] ?? 0);
}
