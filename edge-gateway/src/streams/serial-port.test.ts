import { needs } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { startTestGateway, temporaryFolder, until } from '../test-site.ts';
import { openSerialPort } from './serial-port.ts';
import { type Answer, plugIn, scaleAt } from './test-cable.ts';

const LINE = { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 } as const;
const NO_CENTRE = 'mqtt://127.0.0.1:1';

describe.runIf(needs('socat'))('a scale on a serial port', () => {
  test('is asked for its weight, survives garbage, and is read again after the cable was pulled', async () => {
    await using data = await temporaryFolder();
    let cable = await plugIn(data.folder, 'bench');
    let grams = 100;
    const answer: Answer = (request) =>
      request.includes('SI') ? `\u0000\u00ff garbage\r\nS S     ${grams.toFixed(2)} g\r\n` : undefined;
    await scaleAt(cable.scaleEnd, answer);
    const device = {
      deviceId: 'bench-scale',
      model: 'mt-sics',
      serial: { path: cable.gatewayEnd, pollIntervalMs: 20 },
      sensors: [{ filter: { medianOf: 1, stableForMs: 0 }, calibration: { version: 1 } }],
    };
    const gateway = await startTestGateway({ folder: data.folder, uplinkUrl: NO_CENTRE, devices: [device] });
    await until('the first weight is kept', async () => (await appended(gateway.httpPort)) >= 1);
    await cable.pull();
    cable = await plugIn(data.folder, 'bench');
    grams = 250;
    await scaleAt(cable.scaleEnd, answer);
    await until('a weight comes again over the new cable', async () => (await appended(gateway.httpPort)) >= 2);
    const metrics = await (await fetch(`http://127.0.0.1:${gateway.httpPort}/metrics`)).text();
    expect(metrics).toContain('frames_received_total{transport="serial"}');
    expect(metrics).toContain('frames_quarantined_total{reason="unknown-type"}');
    await gateway.close();
    await cable.pull();
  });

  test('that sends by itself is given up whenever its cable is pulled, so that it can be opened again', async () => {
    await using data = await temporaryFolder();
    // What a hung-up line reads depends on the moment: several lines, in the middle of their words.
    const lines = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const cable = await plugIn(data.folder, `talking-${index}`);
        const scale = await scaleAt(cable.scaleEnd, () => undefined);
        const sending = setInterval(() => scale.write('ST,+00100.0  g\r\n'), 2);
        scale.once('close', () => clearInterval(sending));
        const port = await openSerialPort({ ...LINE, path: cable.gatewayEnd });
        port.on('error', () => undefined);
        const closed = new Promise((resolve) => port.once('close', resolve));
        await new Promise((resolve) => port.once('data', resolve));
        port.resume();
        return { cable, closed };
      }),
    );
    await Promise.all(lines.map(({ cable }) => cable.pull()));
    await Promise.all(lines.map(({ closed }) => closed));
  });
});

async function appended(httpPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  return Number(/readings_appended_total\{kind="weight"\} (\d+)/.exec(text)?.[1] ?? 0);
}
