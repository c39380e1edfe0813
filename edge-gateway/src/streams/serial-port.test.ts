import { needs } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { startTestGateway, temporaryFolder, until } from '../test-site.ts';
import { type Answer, plugIn, scaleAt } from './test-cable.ts';

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
});

async function appended(httpPort: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  return Number(/readings_appended_total\{kind="weight"\} (\d+)/.exec(text)?.[1] ?? 0);
}
