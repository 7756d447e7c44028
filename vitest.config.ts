import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Without `module`, which Node does not know either: what packages give under it is for bundlers.
const conditions = ['source', 'node', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };

// Projects, fast ones first: pure units, tests that open a store or a warehouse (each file in its own process,
// because the embedded engine allows one data directory per process), those with real peers, and the stories of acceptance/.
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
          exclude: ['**/*.db.test.ts', '**/*.integration.test.ts', '**/node_modules/**', '**/dist/**'],
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
        // With real peers, which scripts/integrations.mjs starts and names.
        test: {
          name: 'integrations',
          include: ['packages/*/src/**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
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
