import fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatReadingIdentity, parseReadingIdentity, timestampNs } from './identity.ts';

test('an identity is read back as it was written', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1 }), (outboxId, sequence) => {
      const identity = { gatewayId: 'gw-1', outboxId, sequence };
      expect(parseReadingIdentity(formatReadingIdentity(identity))).toEqual(identity);
    }),
  );
  expect(parseReadingIdentity('gw-1/box/0')).toBeUndefined();
  expect(parseReadingIdentity('gw-1/box/1/2')).toBeUndefined();
});

test('two readings of one millisecond are stored at two timestamps, and a repeat at the same one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), fc.integer({ min: 1, max: 999_999 }), (sequence, apart) => {
      expect(timestampNs(1_790_000_000_000, sequence)).not.toBe(timestampNs(1_790_000_000_000, sequence + apart));
      expect(timestampNs(1_790_000_000_000, sequence)).toBe(timestampNs(1_790_000_000_000, sequence));
    }),
  );
});

test('the timestamp stays inside its millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), (sequence) => {
      expect(timestampNs(1_790_000_000_000, sequence) / 1_000_000n).toBe(1_790_000_000_000n);
    }),
  );
});
