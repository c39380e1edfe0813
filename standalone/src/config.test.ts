import { afterEach, expect, test, vi } from 'vitest';

import { readLauncherEnvironment } from './config.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the tenant of the first administrator reaches the reorder-service: they must not become one of another customer', () => {
  vi.stubEnv('SHELFWIRE_ADMIN_TENANT', 'acme');
  expect(readLauncherEnvironment().inherited['SHELFWIRE_ADMIN_TENANT']).toBe('acme');
});

test("the parts inherit the token of the gateway's local API, and no setting that another installation may have left", () => {
  vi.stubEnv('SHELFWIRE_API_TOKEN', 'a token of this start');
  vi.stubEnv('SHELFWIRE_UPLINK_URL', 'mqtts://another.example');
  const { inherited } = readLauncherEnvironment();
  expect(inherited['SHELFWIRE_API_TOKEN']).toBe('a token of this start');
  expect(Object.keys(inherited)).not.toContain('SHELFWIRE_UPLINK_URL');
});
