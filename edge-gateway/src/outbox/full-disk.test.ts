import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Reading } from '@shelfwire/contract';
import { describe, expect, test } from 'vitest';

import { temporaryFolder } from '../test-site.ts';
import type { GatewayOutbox } from './gateway-outbox.ts';
import { openTestOutbox } from './test-outbox.ts';

/**
 * Mounting needs root and a kernel that lets us. Where it does not, the reason is printed; anything else in the way is a
 * failure with SHELFWIRE_REQUIRE_ALL=1, so that CI, which is root, cannot leave this test out unnoticed.
 */
function mayMount(): boolean {
  const skip = (reason: string): false => {
    process.stderr.write(`skipped: ${reason}\n`);
    return false;
  };
  if (process.getuid?.() !== 0) return skip('a disk that is really full needs a mount, and only root may mount');
  const folder = mkdtempSync(join(tmpdir(), 'shelfwire-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe', encoding: 'utf8' });
    execFileSync('umount', [folder]);
    return true;
  } catch (error) {
    const reason = `a tmpfs cannot be mounted: ${error instanceof Error ? error.message.trim() : 'unknown error'}`;
    const isForbidden = /permission denied|not permitted/i.test(reason); // a container without CAP_SYS_ADMIN
    if (isForbidden || process.env['SHELFWIRE_REQUIRE_ALL'] !== '1') return skip(reason);
    throw new Error(`SHELFWIRE_REQUIRE_ALL=1, but ${reason}`, { cause: error });
  } finally {
    rmdirSync(folder);
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
        openTestOutbox(
          join(folder, 'outbox'),
          { segmentBytesMax: 65_536 },
          { events: { thinned: (count) => (thinned += count) } },
        );
      let outbox = await open();
      for (let number = 1; number <= 10_000; number += 10) {
        await outbox.append(Array.from({ length: 10 }, (_, index) => level(number + index)));
      }
      expect(thinned).toBeGreaterThan(0);
      expect(thinned + outbox.queuedReadings).toBe(10_000);

      // Someone else fills the disk to the last byte: it can only refuse, and says so.
      const ballast = join(folder, 'ballast');
      expect(() => {
        for (let size = 4_096; size < 2 ** 21; size += 4_096) writeFileSync(ballast, Buffer.alloc(size));
      }).toThrow(/ENOSPC/);
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
