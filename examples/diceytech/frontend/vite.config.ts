import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The platform guide's names: REACT_APP_* of the environment or of .env are part of the build, nothing else is.
  envPrefix: 'REACT_APP_',
  esbuild: { jsx: 'automatic' },
  server: { port: 3000, proxy: { '/api': 'http://127.0.0.1:8000', '/media': 'http://127.0.0.1:8000' } },
  build: {
    outDir: 'build',
    target: 'es2022',
    sourcemap: 'hidden',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ['tests/**/*.test.ts'], setupFiles: ['tests/browser.ts'] },
});
