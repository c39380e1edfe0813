import { join } from 'node:path';

import type { Reading } from '@shelfwire/contract';
import { MosquittoServer, needs } from '@shelfwire/test-servers';
import { describe, expect, test } from 'vitest';

import { openTestOutbox } from '../outbox/test-outbox.ts';
import {
  connectSensor,
  measuring,
  sensorSettings,
  startTestGateway,
  temporaryFolder,
  TestCentre,
  until,
} from '../test-site.ts';

const DAY_MS = 86_400_000;
const HISTORY = 30_000;
const LIVE = 20;

/** A queue as a week without uplink leaves it, thinned so that the test is quick. */
async function leaveWeekOfReadings(folder: string): Promise<void> {
  const outbox = await openTestOutbox(join(folder, 'outbox'), { segmentBytesMax: 500_000 });
  const startedAtMs = Date.now() - 8 * DAY_MS;
  for (let at = 0; at < HISTORY; at += 1_000) {
    const readings = Array.from({ length: 1_000 }, (_, index): Reading => {
      const receivedAtMs = startedAtMs + Math.floor(((at + index) * 7 * DAY_MS) / HISTORY);
      const common = { deviceId: 'level-1', clockQuality: 'gateway', quality: 'good', receivedAtMs } as const;
      return { kind: 'level', ...common, distanceMm: at + index };
    });
    await outbox.append(readings);
  }
  await outbox.close();
}

describe.runIf(needs('mosquitto'))('after a week without uplink', () => {
  test('live readings arrive at once, history beside them: marked, limited in rate, in order, all of it', async () => {
    await using data = await temporaryFolder();
    const central = await MosquittoServer.start();
    const centre = await TestCentre.connect(central.url);
    await leaveWeekOfReadings(data.folder);
    const gateway = await startTestGateway({
      folder: data.folder,
      uplinkUrl: central.url,
      devices: [sensorSettings('level-1')],
      env: { SHELFWIRE_HISTORY_READINGS_PER_SECOND: '4000', SHELFWIRE_RESEND_AFTER_MS: '30000' },
    });
    const sensor = await connectSensor(gateway, 'level-1');
    await until('history has begun to arrive', () => centre.readings.size > 0);
    const latenciesMs: number[] = [];
    let aheadOfHistory = 0;
    for (let number = 1; number <= LIVE; number += 1) {
      const sentAtMs = performance.now();
      const { topic, payload } = measuring('level-1', HISTORY + number);
      await sensor.publishAsync(topic, payload, { qos: 1 });
      await until('the live reading is there', () => centre.distances().includes(HISTORY + number));
      latenciesMs.push(performance.now() - sentAtMs);
      if (centre.readings.size < HISTORY) aheadOfHistory += 1;
    }
    expect(aheadOfHistory, 'live readings that came while history was on its way').toBeGreaterThan(2);
    await until('all is there', () => centre.readings.size === HISTORY + LIVE, 60_000);
    const { live, history } = Object.groupBy(centre.readings.values(), ({ historical }) =>
      historical === true ? 'history' : 'live',
    );
    expect(distancesOf(history)).toEqual(Array.from({ length: HISTORY }, (_, index) => index));
    expect(distancesOf(live)).toEqual(Array.from({ length: LIVE }, (_, index) => HISTORY + index + 1));
    const median = latenciesMs.toSorted((a, b) => a - b)[LIVE / 2] ?? Infinity;
    process.stdout.write(
      `history: matched ${HISTORY + LIVE}, repeated ${centre.repeats}, live latency median ${median.toFixed(0)} ms, ` +
        `worst ${Math.max(...latenciesMs).toFixed(0)} ms\n`,
    );
    expect(median).toBeLessThan(1_000);
    await sensor.endAsync();
    await gateway.close();
    await centre.close();
    await central.close();
  });
});

function distancesOf(readings: readonly Reading[] = []): number[] {
  return readings.flatMap((reading) => (reading.kind === 'level' ? (reading.distanceMm ?? []) : []));
}
