import type { Reading } from '@shelfwire/contract';
import { describe, expect, test } from 'vitest';

import type { Sample } from '../../decode/sample.ts';
import { createSiteNormalizer, type SiteNormalizer } from '../normalizer.ts';
import { sensorSettingsSchema, type SensorSettingsInput } from '../settings.ts';
import { SmurfWindow } from './smurf-window.ts';

const START_MS = Date.UTC(2026, 10, 22, 8);
const TAG_A = '3034257BF7194E4000001A85';
const TAG_B = '3034257BF7194E4000001A86';

function readerWith(tags: SensorSettingsInput['tags'] = {}, staleAfterMs?: number): SiteNormalizer {
  const settings = sensorSettingsSchema.parse(staleAfterMs === undefined ? { tags } : { tags, staleAfterMs });
  return createSiteNormalizer([{ deviceId: 'reader-1', sensors: [settings] }]);
}

function tag(epcHex: string, more: Partial<Extract<Sample, { kind: 'tag' }>> = {}): Sample {
  return { kind: 'tag', epcHex, ...more };
}

/** One frame and one tick a second; `samplesAt` says what the reader sees in that second, undefined for no frame. */
function run(
  site: SiteNormalizer,
  seconds: { from: number; to: number },
  samplesAt: (second: number) => Sample[] | undefined,
): Reading[] {
  const readings: Reading[] = [];
  for (let second = seconds.from; second < seconds.to; second += 1) {
    const atMs = START_MS + second * 1_000;
    const samples = samplesAt(second);
    if (samples) readings.push(...site.normalize('reader-1', samples, { receivedAtMs: atMs }));
    readings.push(...site.tick(atMs));
  }
  return readings;
}

function story(readings: readonly Reading[]): string[] {
  return readings.map((reading) =>
    reading.kind === 'tag'
      ? `${reading.epcHex.slice(-2)} ${reading.presence} ${reading.quality}`
      : `${reading.kind} ${reading.quality}`,
  );
}

describe('a tag', () => {
  test('arrives at its first read, counts once however often it is read, and leaves after a long absence', () => {
    const readings = run(readerWith(), { from: 0, to: 800 }, (second) =>
      second < 100 ? [tag(TAG_A), tag(TAG_A), tag(TAG_B)] : [tag(TAG_B)],
    );
    expect(story(readings)).toEqual(['85 arrived good', '86 arrived good', '86 present good', '85 left good']);
    const left = readings.at(-1);
    expect(left?.receivedAtMs).toBe(START_MS + 699_000);
    expect(left).toMatchObject({ epcUri: expect.stringMatching(/^urn:epc:/), kind: 'tag' });
  });

  test('that is missed by most read cycles stays', () => {
    const site = readerWith({ leftAfterMs: 3_000 });
    const readings = run(site, { from: 0, to: 600 }, (second) =>
      second % 5 === 0 ? [tag(TAG_A), tag(TAG_B)] : [tag(TAG_B)],
    );
    // At first nobody knows how seldom it is read; once learned, its window holds it.
    expect(story(readings).filter((line) => line.startsWith('85 left')).length).toBeLessThanOrEqual(1);
    const later = story(
      run(site, { from: 600, to: 900 }, (second) => (second % 5 === 0 ? [tag(TAG_A), tag(TAG_B)] : [tag(TAG_B)])),
    );
    expect(later.filter((line) => line.startsWith('85 left'))).toEqual([]);
  });

  test('leaves in doubt when its reader is silent, and arrives again with it', () => {
    const site = readerWith();
    const silent = run(site, { from: 0, to: 1_000 }, (second) => (second === 0 ? [tag(TAG_A)] : undefined));
    expect(story(silent)).toEqual(['85 arrived good', '85 left stale', 'health stale']);
    expect(story(run(site, { from: 1_000, to: 1_010 }, () => [tag(TAG_A)]))).toEqual([
      'health good',
      '85 arrived good',
    ]);
  });

  test('does not flap between the frames of a reader that reports now and then', () => {
    const site = readerWith({ leftAfterMs: 0 });
    const readings = run(site, { from: 0, to: 300 }, (second) => (second % 10 === 0 ? [tag(TAG_A)] : undefined));
    expect(story(readings)).toEqual(['85 arrived good']);
  });

  test('leaves for certain when the silent reader’s connection is alive', () => {
    const site = readerWith();
    site.normalize('reader-1', [tag(TAG_A)], { receivedAtMs: START_MS });
    const readings = Array.from({ length: 30 }, (_, half) => {
      const atMs = START_MS + half * 30_000;
      return [...site.connected('reader-1', atMs), ...site.tick(atMs)];
    }).flat();
    expect(story(readings)).toEqual(['85 left good']);
    expect(readings[0]?.receivedAtMs).toBe(START_MS + 600_000);
  });

  test('does not leave because the reader was away: absence counts only while it lives', () => {
    const site = readerWith({}, 120_000);
    run(site, { from: 0, to: 10 }, () => [tag(TAG_A), tag(TAG_B)]);
    const back = run(site, { from: 500, to: 520 }, () => [tag(TAG_B)]);
    expect(story(back).filter((line) => line.includes('left'))).toEqual([]);
  });

  test('in the field of two antennas stays with its own until the other is 6 dBm stronger for half a second', () => {
    const site = readerWith();
    const read = (antenna: number, rssiDbm: number, atMs: number): Reading[] =>
      site.normalize('reader-1', [tag(TAG_A, { antenna, rssiDbm })], { receivedAtMs: START_MS + atMs });
    expect(read(1, -60, 0)).toMatchObject([{ presence: 'arrived', antenna: 1 }]);
    expect(read(2, -56, 100)).toEqual([]);
    expect(read(1, -60, 200)).toEqual([]);
    expect(read(2, -50, 300)).toEqual([]);
    expect(read(2, -50, 700)).toEqual([]);
    expect(read(2, -50, 900)).toMatchObject([{ presence: 'present', antenna: 2 }]);
  });

  test('moving to another sensor leaves the one and arrives at the other', () => {
    const site = readerWith();
    const read = (sensorId: string, rssiDbm: number, atMs: number): Reading[] =>
      site.normalize('reader-1', [tag(TAG_A, { sensorId, rssiDbm })], { receivedAtMs: START_MS + atMs });
    read('bin-a', -60, 0);
    read('bin-b', -45, 1_000);
    expect(read('bin-b', -45, 2_000)).toMatchObject([
      { presence: 'left', sensorId: 'bin-a' },
      { presence: 'arrived', sensorId: 'bin-b' },
    ]);
  });

  test('beyond the bound is refused and counted', () => {
    const site = readerWith({ tagsMax: 2 });
    const samples = ['AA', 'BB', 'CC', 'DD'].map((epcHex) => tag(epcHex));
    expect(site.normalize('reader-1', samples, { receivedAtMs: START_MS })).toHaveLength(2);
    expect(site.counts.suppressed['tag-table-full']).toBe(2);
  });

  test('of a retained message is not there', () => {
    const site = readerWith();
    expect(site.normalize('reader-1', [tag(TAG_A)], { receivedAtMs: START_MS, retained: true })).toEqual([]);
  });
});

describe('a window', () => {
  test('is as long as the read rate needs: ⌈ln(1/δ)/p⌉', () => {
    const window = new SmurfWindow({ missProbability: 0.05, windowEpochsMax: 60 });
    for (let epoch = 0; epoch < 400; epoch += 2) window.read(epoch);
    expect(window.readRate).toBeCloseTo(0.5, 2);
    expect(window.requiredEpochs).toBe(6);
  });

  test('shrinks to nothing soon after the tag went, and grows again with it', () => {
    const window = new SmurfWindow({ missProbability: 0.05, windowEpochsMax: 60 });
    let epoch = 0;
    for (; epoch < 100; epoch += 1) {
      window.read(epoch);
      window.endEpoch(epoch);
    }
    expect(window.epochs).toBe(window.requiredEpochs);
    let there = true;
    const goneAt = epoch;
    while (there) there = window.endEpoch(epoch++);
    expect(epoch - goneAt).toBeLessThanOrEqual(window.requiredEpochs + 1);
    window.read(epoch);
    expect(window.endEpoch(epoch)).toBe(true);
  });
});
