import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Reading } from '@shelfwire/contract';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../test-site.ts';
import { GatewayOutbox } from './gateway-outbox.ts';

/** Mounting needs root and a kernel that lets us. */
function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function level(number: number): Reading {
  return {
    kind: 'level',
    deviceId: 'd',
    clockQuality: 'gateway',
    quality: 'good',
    receivedAtMs: 1_790_000_000_000 + number,
    distanceMm: number,
  };
}

describe.runIf(mayMount())('on a disk that is really full', () => {
  test('thins out telemetry, never loses what it acknowledged last, and works on when there is room again', async () => {
    await using data = await temporaryFolder();
    const folder = join(data.folder, 'small');
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    try {
      let thinned = 0;
      const open = (): Promise<GatewayOutbox> =>
        GatewayOutbox.open(join(folder, 'outbox'), {
          limits: {
            segmentBytesMax: 65_536,
            sizeBytesMax: 1e9,
            readingsMax: 1e9,
            freeDiskBytesMin: 0,
            waitingReadingsMax: 1e9,
          },
          events: {
            synced: () => undefined,
            unreadable: () => undefined,
            cut: () => undefined,
            thinned: (count) => (thinned += count),
          },
        });
      let outbox = await open();
      for (let number = 1; number <= 10_000; number += 10) {
        await outbox.append(Array.from({ length: 10 }, (_, index) => level(number + index)));
      }
      expect(thinned).toBeGreaterThan(0);
      expect(thinned + outbox.queuedReadings).toBe(10_000);

      // Someone else fills the disk to the last byte: it can only refuse, and says so.
      const ballast = join(folder, 'ballast');
      try {
        for (let size = 4_096; ; size += 4_096) writeFileSync(ballast, Buffer.alloc(size));
      } catch {
        expect(statSync(ballast).size).toBeGreaterThanOrEqual(0);
      }
      await outbox.append([level(10_001)]);
      truncateSync(ballast, 0);
      await outbox.append([level(10_002)]);
      await outbox.close();

      outbox = await open();
      const telemetry = outbox.outboxes.at(-1);
      expect(telemetry?.sealed).toBe(false);
      expect(telemetry?.lastSequence).toBe(10_002);
      expect(thinned + outbox.queuedReadings).toBe(10_002);
      await outbox.close();
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
