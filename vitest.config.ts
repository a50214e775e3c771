import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/lab/support/longest-first.ts'

/** Logs of runs: those of a person in the home directory are not pushed out by a test's. */
const env = { XDG_STATE_HOME: join(import.meta.dirname, 'node_modules/.mmha-tests') }

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          env,
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          // Files share a worker and what it has loaded: a small file took seven times as long to import as to run.
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'wire',
          env,
          // The whole matrix (npm run wire:matrix) waits for timers most of its time.
          maxConcurrency: process.env.MMHA_WIRE === 'all' ? 12 : 5,
          include: ['test/wire/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'lab',
          env,
          include: ['test/lab/**/*.test.ts'],
          globalSetup: ['test/lab/support/own-folder.ts'],
          // Minutes of reboots: npm run cut:all, cut:each, cut:drawn.
          exclude: process.env.MMHA_CUT === undefined ? ['test/lab/cut-*.test.ts'] : [],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          // They wait for boots and timers most of their time. Each file has labs of its own.
          maxWorkers: 2,
          runner: './test/lab/support/within-time.ts',
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
