import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { findProgram, needs, ServerProcess } from '@shelfwire/test-servers';
import { SerialPort } from 'serialport';
import { describe, expect, test } from 'vitest';

import { startTestGateway, temporaryFolder, until } from '../test-site.ts';

const NO_CENTRE = 'mqtt://127.0.0.1:1';

/** A real pseudo-terminal pair; killing it is pulling the cable. */
async function plugIn(folder: string): Promise<ServerProcess> {
  const cable = new ServerProcess(findProgram('socat') ?? 'socat', [
    `pty,raw,echo=0,link=${join(folder, 'gateway-end')}`,
    `pty,raw,echo=0,link=${join(folder, 'scale-end')}`,
  ]);
  await cable.ready(async () => {
    await (await open(join(folder, 'scale-end'), constants.O_RDWR | constants.O_NOCTTY)).close();
    return true;
  });
  return cable;
}

/** A scale that answers `SI` with what lies on it. */
async function scaleAt(path: string, answer: () => string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 9_600, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  port.on('error', () => undefined);
  port.on('data', (request: Buffer) => {
    if (request.includes('SI')) port.write(answer());
  });
  return port;
}

describe.runIf(needs('socat'))('a scale on a serial port', () => {
  test('is asked for its weight, survives garbage, and is read again after the cable was pulled', async () => {
    await using data = await temporaryFolder();
    let cable = await plugIn(data.folder);
    let grams = 100;
    const answer = (): string => `\u0000\u00ff garbage\r\nS S     ${grams.toFixed(2)} g\r\n`;
    await scaleAt(join(data.folder, 'scale-end'), answer);
    const device = {
      deviceId: 'bench-scale',
      model: 'mt-sics',
      serial: { path: join(data.folder, 'gateway-end'), pollIntervalMs: 20 },
      sensors: [{ filter: { medianOf: 1, stableForMs: 0 }, calibration: { version: 1 } }],
    };
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices: [device] });
    await until('the first weight is kept', async () => (await appended(gateway.httpPort)) >= 1);
    await cable.stop('SIGKILL');
    cable = await plugIn(data.folder);
    grams = 250;
    await scaleAt(join(data.folder, 'scale-end'), answer);
    await until('a weight comes again over the new cable', async () => (await appended(gateway.httpPort)) >= 2);
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
    expect(metrics).toContain('frames_received_total{transport="serial"}');
    expect(metrics).toContain('frames_quarantined_total{reason="unknown-type"}');
    await gateway.close();
    await cable.stop('SIGKILL');
  });
});

async function appended(httpPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  return Number(/readings_appended_total\{kind="weight"\} (\d+)/.exec(text)?.[1] ?? 0);
}
