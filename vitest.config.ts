import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Without `module`, which Node does not know either: what packages give under it is for bundlers.
const conditions = ['source', 'node', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };

// Three projects, fast ones first: pure units, tests that open a store or a warehouse (each file in its own process,
// because the embedded engine allows one data directory per process), and the stories of acceptance/.
export default defineConfig({
  test: {
    // One by default on two cores, of which half is then idle: many tests wait for a store or a server.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          exclude: ['**/*.db.test.ts', '**/node_modules/**', '**/dist/**'],
        },
      },
      {
        ...shared,
        test: {
          name: 'db',
          include: ['packages/*/src/**/*.db.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'acceptance',
          include: ['acceptance/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 420_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
