import type { TablesSpec } from './create-tables.ts';

/** What the verdict on each challenger rests on, word for word. */
export const evaluations: TablesSpec = {
  tables: { evaluations: { run: 'text', hash: 'text', document: 'text', created_at: 'time' } },
  keys: { evaluations: ['run'] },
};
