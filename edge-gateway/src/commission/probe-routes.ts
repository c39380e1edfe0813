import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ShelfwireError } from '@shelfwire/contract';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import type { DeviceSettings, SerialSettings } from '../gateway-file.ts';
import { openSerialPort } from '../streams/serial-port.ts';
import { openTcpConnection } from '../streams/tcp-connection.ts';
import { problem } from './problem.ts';
import { type ProbeResult, probeStream } from './stream-probe.ts';

export interface ProbeParts {
  devices: () => readonly DeviceSettings[];
  now: () => number;
}

/** As in gateway.yaml, without its defaults: what is not given is to be found out. */
const probedSerial = z.strictObject({
  path: z.string().min(1),
  baudRate: z.int().min(50).max(4_000_000).optional(),
  dataBits: z.union([z.literal(7), z.literal(8)]).optional(),
  parity: z.enum(['none', 'even', 'odd']).optional(),
  stopBits: z.union([z.literal(1), z.literal(2)]).optional(),
});
const probedTcp = z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65_535) });
const probeBody = z
  .strictObject({ serial: probedSerial.optional(), tcp: probedTcp.optional() })
  .refine(({ serial, tcp }) => (serial === undefined) !== (tcp === undefined), { error: 'give serial or tcp' });

/** Line settings in the order of how often scales leave the factory with them. */
const USUAL_SETTINGS: readonly Omit<SerialSettings, 'path'>[] = [
  { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 },
  { baudRate: 9_600, dataBits: 7, parity: 'even', stopBits: 1 },
  { baudRate: 9_600, dataBits: 7, parity: 'odd', stopBits: 1 }, // Sartorius
  { baudRate: 1_200, dataBits: 7, parity: 'odd', stopBits: 1 }, // older ones
  { baudRate: 2_400, dataBits: 7, parity: 'even', stopBits: 1 },
  { baudRate: 4_800, dataBits: 7, parity: 'even', stopBits: 1 },
  { baudRate: 19_200, dataBits: 8, parity: 'none', stopBits: 1 },
  { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 },
];

/** What is plugged in, and what it speaks. */
export function registerProbe(api: FastifyInstance, { devices, now }: ProbeParts): void {
  let isProbing = false;

  api.get('/api/v1/serial-ports', async () => {
    const paths = await serialPorts();
    const items = paths.map((path) => ({ path, ...usedBy(({ serial }) => serial?.path === path) }));
    return { items, nextCursor: null };
  });

  api.post('/api/v1/probe', async (request, reply) => {
    const { serial, tcp } = probeBody.parse(request.body);
    const { deviceId } = usedBy((device) =>
      serial ? device.serial?.path === serial.path : device.tcp?.host === tcp?.host && device.tcp?.port === tcp?.port,
    );
    if (deviceId !== undefined) return problem(reply, 409, 'PORT_IN_USE', `The device ${deviceId} is read there.`);
    if (isProbing)
      return problem(reply, 409, 'PROBE_RUNNING', 'Another port is being probed; that takes half a minute.');
    isProbing = true;
    try {
      return serial ? await probeSerial(serial) : tcp && (await probeTcp(tcp));
    } catch (error) {
      if (error instanceof ShelfwireError) throw error;
      const because = error instanceof Error ? error.message : 'unknown error';
      return problem(reply, 409, 'TCP_UNAVAILABLE', `No connection to ${tcp?.host}:${tcp?.port}: ${because}.`);
    } finally {
      isProbing = false;
    }
  });

  /** Settings that the body gives are taken for known; with an unknown speed the usual ones are tried one after the other. */
  async function probeSerial(given: z.infer<typeof probedSerial>): Promise<ProbeResult & { serial: SerialSettings }> {
    const tried = given.baudRate === undefined ? USUAL_SETTINGS : USUAL_SETTINGS.slice(0, 1);
    let result: (ProbeResult & { serial: SerialSettings }) | undefined;
    for (const usual of tried) {
      const serial: SerialSettings = {
        path: given.path,
        baudRate: given.baudRate ?? usual.baudRate,
        dataBits: given.dataBits ?? usual.dataBits,
        parity: given.parity ?? usual.parity,
        stopBits: given.stopBits ?? usual.stopBits,
      };
      const probed = await probeStream({ open: () => openSerialPort(serial), now, wait });
      if (!result || probed.fits.length > 0 || probed.heardBytes > result.heardBytes) result = { serial, ...probed };
      if (probed.fits.length > 0) break;
    }
    if (!result) throw new RangeError('no settings to try');
    return result;
  }

  async function probeTcp(tcp: z.infer<typeof probedTcp>) {
    return { tcp, ...(await probeStream({ open: () => openTcpConnection(tcp), now, wait })) };
  }

  function usedBy(holds: (device: DeviceSettings) => boolean): { deviceId?: string } {
    const device = devices().find(holds);
    return device ? { deviceId: device.deviceId } : {};
  }
}

/** The names that survive replugging where the system has them, else those of the devices. */
async function serialPorts(): Promise<string[]> {
  const inFolder = async (folder: string, pattern: RegExp): Promise<string[]> => {
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => pattern.test(name)).map((name) => join(folder, name));
  };
  const byId = await inFolder('/dev/serial/by-id', /./);
  return byId.length > 0 ? byId : inFolder('/dev', /^tty(USB|ACM|AMA|S)\d+$/);
}

function wait(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
