import { defineConfig } from 'vitest/config'

const COMPUTING = 'test/**/*.gpu.test.ts'
const WHOLE = 'test/**/*.e2e.test.ts'

/**
 * Three kinds of test, told apart by file name and run one kind after the other, the quick ones first:
 * `*.test.ts` compute nothing outside their process; `*.gpu.test.ts` need a WebGPU adapter; `*.e2e.test.ts` start
 * programs or a browser. Projects of different `maxWorkers` must be of different groups.
 */
export default defineConfig({
  test: {
    reporters: 'default',
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/**/*.test.ts'],
          exclude: [COMPUTING, WHOLE],
          sequence: { groupOrder: 0 },
          // Property tests take seconds where other work shares the cores.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'gpu',
          include: [COMPUTING],
          sequence: { groupOrder: 1 },
          // One process a file, one at a time: a process of dawn.node is one instance that cannot recover from a lost
          // device, and a software adapter already uses every core.
          pool: 'forks',
          maxWorkers: 1,
          // Software adapters compile a pipeline at its first dispatch, which takes seconds for large kernels.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: [WHOLE],
          sequence: { groupOrder: 2 },
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 300_000,
          // Parts of a page are loaded when they are first shown, on machines that are busy.
          expect: { poll: { timeout: 15_000 } },
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
