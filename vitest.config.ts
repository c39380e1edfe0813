import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Tests run from the sources: a stale dist cannot make them pass.
const alias = [
  { find: /^@shelfwire\/contract$/, replacement: source('./contract/src/index.ts') },
  { find: /^@shelfwire\/contract\/(api|service)$/, replacement: source('./contract/src/$1/index.ts') },
  { find: /^@shelfwire\/edge-gateway\/normalize$/, replacement: source('./edge-gateway/src/normalize/index.ts') },
  { find: /^@shelfwire\/test-servers\/containers$/, replacement: source('./test-servers/src/containers.ts') },
  { find: /^@shelfwire\/test-servers$/, replacement: source('./test-servers/src/index.ts') },
];
// Long campaigns: every property so many times more often.
const isCampaign = process.env['SHELFWIRE_PROPERTY_TIMES'] !== undefined;
if (isCampaign) alias.push({ find: /^fast-check$/, replacement: source('./scripts/property-times.ts') });
const exclude = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'grafana/**/*.test.ts'],
          exclude: [...exclude, 'system-tests/**', '**/*.containers.test.ts'],
          globalSetup: ['test-servers/src/shared-servers.ts'],
          // For what hangs, not for what is slow: in CI other work goes on beside these, and goes first.
          testTimeout: isCampaign ? 600_000 : 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'system',
          include: ['system-tests/src/**/*.test.ts'],
          exclude: [...exclude, '**/*.containers.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'containers',
          include: ['*/src/**/*.containers.test.ts'],
          exclude,
          testTimeout: 120_000,
          hookTimeout: 600_000, // images are pulled
          fileParallelism: false,
        },
      },
    ],
  },
});
