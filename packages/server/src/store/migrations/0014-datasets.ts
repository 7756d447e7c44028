import type { TablesSpec } from './create-tables.ts';

/** The record of every dataset that a run was trained on; it stays when the files are gone. */
export const datasets: TablesSpec = {
  tables: {
    datasets: {
      hash: 'text',
      model: 'text',
      created_at: 'time',
      config_revision: 'bigint?',
      query: 'text',
      preprocessing: 'text?',
      fitted: 'text?',
      train: 'text',
      holdout: 'text',
      old_rows: 'bigint',
      files: 'text',
      findings: 'text',
      summaries: 'text',
      dropped_at: 'time?',
    },
  },
  keys: { datasets: ['hash'] },
  indexes: [['datasets_model', 'datasets', ['model', 'created_at']]],
};
