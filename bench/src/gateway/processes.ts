import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort } from '@shelfwire/test-servers';

import type { ClosedLoopAnswer, ClosedLoopCommand, ClosedLoopOrder } from './closed-loop.ts';

export interface Broker {
  readonly port: number;
  readonly child: ChildProcess;
}

export interface GatewayProcess extends Broker {
  /** The sum of a metric over its labels. */
  metric(name: string): Promise<number>;
}

export async function startBareAedes(): Promise<Broker> {
  const port = await freePort();
  const child = fork(fileURLToPath(new URL('./bare-aedes.js', import.meta.url)), [String(port)]);
  await once(child, 'message');
  return { port, child };
}

export async function startGatewayProcess(folder: string, deviceIds: readonly string[]): Promise<GatewayProcess> {
  const [port, httpPort] = [await freePort(), await freePort()];
  const devices = deviceIds.map((deviceId) => ({
    deviceId,
    model: 'tasmota',
    topics: [`tele/${deviceId}/SENSOR`],
    login: { username: deviceId, password: 'bench-password' },
    limits: { connectsPerMinute: 1_000, messagesPerSecond: 100_000, bytesPerSecond: 1_000_000_000 },
    // Each message makes one reading.
    sensors: [{ filter: { medianOf: 1 }, report: { onChangeMm: 0, heartbeatMs: 0 } }],
  }));
  const file = { tenantId: 'bench', siteId: 'hall-1', gatewayId: 'gw-bench', devices };
  await writeFile(join(folder, 'gateway.yaml'), JSON.stringify(file), { mode: 0o600 });
  const child = fork(fileURLToPath(import.meta.resolve('@shelfwire/edge-gateway/main')), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      SHELFWIRE_GATEWAY_CONFIG: join(folder, 'gateway.yaml'),
      SHELFWIRE_DATA_DIR: folder,
      SHELFWIRE_MQTT_PORT: String(port),
      SHELFWIRE_HTTP_PORT: String(httpPort),
      SHELFWIRE_UPLINK_URL: 'mqtt://127.0.0.1:1', // no centre: the disk is what is measured
      SHELFWIRE_FREE_DISK_BYTES_MIN: '0',
      SHELFWIRE_LOG_LEVEL: 'error',
    },
  });
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };
  while (
    !(await fetch(`http://127.0.0.1:${httpPort}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error('the gateway ended early');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, child, metric };
}

/** Devices in a process of their own. */
export class ClosedLoop {
  readonly #child = fork(fileURLToPath(new URL('./closed-loop.js', import.meta.url)));

  async connect(order: ClosedLoopOrder): Promise<void> {
    await this.#ask({ kind: 'connect', order });
  }

  /** @returns acknowledged messages per second */
  async run(seconds: number): Promise<number> {
    const answer = await this.#ask({ kind: 'run', seconds });
    return answer.acknowledged / answer.seconds;
  }

  stop(): Promise<void> {
    return kill(this.#child);
  }

  async #ask(command: ClosedLoopCommand): Promise<ClosedLoopAnswer> {
    const answer = once(this.#child, 'message');
    this.#child.send(command);
    const [value] = (await answer) as [ClosedLoopAnswer];
    return value;
  }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

export async function residentMb(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/** User and system time the process has used. */
export async function cpuSeconds(child: ChildProcess): Promise<number> {
  const fields = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(' ');
  const ticksPerSecond = 100; // USER_HZ, fixed on Linux
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
