import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// `npm run dev -w @shelfwire/console` with a reorder-service running: SHELFWIRE_API_URL says where.
const apiUrl = process.env['SHELFWIRE_API_URL'] ?? 'http://127.0.0.1:3000';

/** Compresses once, when building, what the service would otherwise send a phone in full. */
function compressed(): Plugin {
  return {
    name: 'shelfwire-compressed',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        if (!/\.(js|css|html|wasm)$/.test(name)) continue;
        const content = Buffer.from(file.type === 'chunk' ? file.code : file.source);
        writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(content));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    target: 'es2023',
    // The browsers of 2024, which know light-dark(): its emulation needs a scheme that is fixed when building.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // Inlined assets would be data: URLs, which the content security policy refuses for everything but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What counts is the first load, compressed: src/bundle-size.test.ts.
    chunkSizeWarningLimit: 1_000,
  },
  server: { proxy: { '/api': apiUrl } },
});
