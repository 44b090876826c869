import { defineConfig } from 'electron-vite'
import page from './renderer/vite.config.ts'

/**
 * Builds the desktop app into out/: main (the shell, the engine's process and their threads; all in one folder, since they find
 * each other and the shaders by where they lie), the preload script, and the page. Of the packages only those with files of their
 * own stay outside.
 */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node20',
      externalizeDeps: { exclude: ['commander', 'jpeg-js', 'pngjs', 'tsx', 'ws', 'zod'] },
      rollupOptions: {
        input: {
          index: 'main/shell/index.ts',
          engine: 'main/engine/entry.ts',
          reader: 'main/services/pictures/reader.ts',
          'batch-reader': 'main/services/datasets/batch-reader.ts',
          'fit-thread': 'main/services/datasets/fit-thread.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      // A sandboxed preload script is one CommonJS file that requires nothing but electron.
      rollupOptions: { input: { preload: 'main/shell/preload.ts' }, external: ['electron'], output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: { ...page, root: 'renderer', build: { ...page.build, outDir: 'out/renderer', minify: true, rollupOptions: { input: 'renderer/index.html' } } },
})
