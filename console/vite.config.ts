import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev -w console` with a reorder-service running: SHELFWIRE_API_URL says where.
const apiUrl = process.env['SHELFWIRE_API_URL'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    // The browsers of 2024, which know light-dark(): its emulation needs a scheme that is fixed when building.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // Inlined assets would be data: URLs, which the content security policy refuses for everything but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': apiUrl } },
});
