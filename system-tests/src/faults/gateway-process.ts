import { join } from 'node:path';

import { freePort } from '@shelfwire/test-servers';

import { serviceProcess } from './centre.ts';
import { eventually } from './eventually.ts';
import type { ServiceProcess } from './service-process.ts';

/** A gateway as a process of its own, with its `<name>.yaml` in the folder. */
export class GatewayProcess {
  readonly process: ServiceProcess;
  readonly deviceUrl: string;
  readonly #httpPort: number;

  private constructor(process: ServiceProcess, devicePort: number, httpPort: number) {
    this.process = process;
    this.deviceUrl = `mqtt://127.0.0.1:${devicePort}`;
    this.#httpPort = httpPort;
  }

  /** @param build `port`: where devices expect it; `entry`: of another build */
  static async start(
    folder: string,
    name: string,
    uplinkUrl: string,
    env: Record<string, string> = {},
    build: { port?: number; entry?: string } = {},
  ): Promise<GatewayProcess> {
    const [devicePort, httpPort] = [build.port ?? (await freePort()), await freePort()];
    const process = serviceProcess(folder, name, build.entry ?? '@shelfwire/edge-gateway/main', httpPort, {
      SHELFWIRE_GATEWAY_CONFIG: join(folder, `${name}.yaml`),
      SHELFWIRE_UPLINK_URL: uplinkUrl,
      SHELFWIRE_MQTT_PORT: String(devicePort),
      ...env,
    });
    process.start();
    return new GatewayProcess(process, devicePort, httpPort);
  }

  /** Everything confirmed by both consumers: nothing is queued any more. */
  async drained(timeoutMs?: number): Promise<void> {
    await eventually(
      'the gateway has nothing queued',
      async () => (await this.metric('shelfwire_gateway_outbox_queued_readings')) === 0,
      timeoutMs,
    );
  }

  async metric(name: string): Promise<number | undefined> {
    const answer = await fetch(`http://127.0.0.1:${this.#httpPort}/metrics`).catch(() => undefined);
    const line = (await answer?.text())?.split('\n').find((text) => text.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  }
}
