import type { Reading } from '@shelfwire/contract';

import type { Frame, RejectedEntry } from './decode/decoder.ts';
import type { Sample } from './decode/sample.ts';
import { createDevice } from './devices/device.ts';
import type { DeviceSettings } from './gateway-file.ts';
import { createSiteNormalizer } from './normalize/normalizer.ts';

/**
 * The readings of a frame that came some time ago, by the device's settings of now. They are history: what they say may
 * have been overtaken long ago, so they are stored and may never order. Decoder and normalizer are made for this frame
 * alone: an old value in the filters of the live ones would become a live reading. What that costs is a frame that only
 * makes sense after others, as Sparkplug data without its birth: it stays unusable.
 */
export function readingsOfOldFrame(
  settings: DeviceSettings,
  frame: Frame,
): { ok: true; readings: Reading[] } | { ok: false; problem: RejectedEntry } {
  const decoded = createDevice(settings).decoder.decode(frame);
  if (!decoded.ok) return { ok: false, problem: { kind: decoded.kind, detail: decoded.detail } };
  // Its usable entries became readings when it came.
  const rejected = decoded.rejected?.[0];
  if (rejected) return { ok: false, problem: rejected };
  const normalizer = createSiteNormalizer([{ ...settings, clock: 'device' }]);
  const readings = decoded.samples.flatMap((sample) => {
    const ownHistory = sample.historical === true;
    const made = normalizer.normalize(settings.deviceId, [asHistory(sample, frame.receivedAtMs)], frame);
    return made.map((reading): Reading => (ownHistory ? reading : gatewayTimed(reading)));
  });
  return { ok: true, readings };
}

/** What was live then happened when it came; history has the device's time already. */
function asHistory(sample: Sample, receivedAtMs: number): Sample {
  return sample.historical ? sample : { ...sample, historical: true, observedAtMs: receivedAtMs };
}

function gatewayTimed(reading: Reading): Reading {
  const { observedAtMs: _, ...rest } = reading;
  return { ...rest, clockQuality: 'gateway', historical: true };
}
