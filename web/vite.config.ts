import { defineConfig } from 'vite';

// The development server hands everything that is not a source file to a running twin.
const twin = process.env['TWIN_URL'] ?? 'http://127.0.0.1:8800';

export default defineConfig({
  base: '/',
  build: {
    target: 'es2023',
    sourcemap: false,
    // A data: URL is not allowed for scripts and fonts by the content security policy, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  server: {
    proxy: {
      '/api': { target: twin, changeOrigin: true },
      '/models': { target: twin, changeOrigin: true },
      '/tiles': { target: twin, changeOrigin: true },
      '/ws': { target: twin, ws: true, changeOrigin: true },
    },
  },
});
