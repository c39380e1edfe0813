import { decoderOfModel, findDecoderModel } from '@shelfwire/edge-gateway/decode';
import { checkGatewayFile } from '@shelfwire/edge-gateway/parts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { deviceEntry, devicePayload, MEASURES, type Measure } from './device-entry.ts';

const DEVICE = { deviceId: 'shelf-9', topic: 'node-red/shelf-9', username: 'node-red' };
const AT_MS = 1_790_000_000_000;

/** What the gateway's own declarative decoder makes of what the node sends, by the lines that the editor shows. */
function decoded(measure: Measure, payload: unknown): unknown {
  const devices = parse(deviceEntry({ ...DEVICE, measure })) as unknown[];
  const file = { tenantId: 'demo', siteId: 'plant-1', gatewayId: 'gw-1', devices };
  const [device] = checkGatewayFile(file, 'gateway.yaml').devices;
  const model = findDecoderModel('declarative');
  if (!device || !model) throw new Error('no device or decoder');
  const sent = devicePayload(measure, payload, AT_MS);
  if (typeof sent === 'string') throw new Error(sent);
  const frame = { payload: Buffer.from(JSON.stringify(sent)), topic: DEVICE.topic, receivedAtMs: AT_MS };
  const result = decoderOfModel(model, device.constants, undefined).decode(frame);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.samples;
}

describe('a device made of a flow', () => {
  test.each(Object.keys(MEASURES) as Measure[])('that measures %s is read by the gateway without code', (measure) => {
    const samples = decoded(measure, measure === 'button' ? 'order' : 12);
    expect(samples).toHaveLength(1);
    expect(samples).toMatchObject([{ kind: MEASURES[measure], observedAtMs: AT_MS }]);
  });

  test('says the time and the rest that the flow gives', () => {
    const earlier = AT_MS - 60_000;
    expect(decoded('kg', { value: '1.5', atMs: earlier, stable: false })).toMatchObject([
      { kind: 'weight', grams: 1_500, stability: 'unstable', observedAtMs: earlier },
    ]);
    expect(decoded('g', 7)).toMatchObject([{ grams: 7, stability: 'unknown' }]);
    expect(decoded('button', { button: 'delivered' })).toMatchObject([{ kind: 'button', action: 'delivered' }]);
  });

  test.each([null, undefined, '', 'full', Number.NaN, {}, true, [1]])('sends nothing for %j', (payload) => {
    expect(devicePayload('kg', payload, AT_MS)).toContain('no number');
  });
});
