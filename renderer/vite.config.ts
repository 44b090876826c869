import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** `vite build renderer` puts the page into out/renderer: plain files that run under `script-src 'self'`. */
export default defineConfig({
  base: './',
  plugins: [vue()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    // A policy without data: for fonts, and pictures that can be cached.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
})
