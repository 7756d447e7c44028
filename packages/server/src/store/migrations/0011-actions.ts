import type { TablesSpec } from './create-tables.ts';

/** What alerts have done by themselves. */
export const actions: TablesSpec = {
  tables: {
    actions: {
      id: 'text',
      alert: 'text',
      position: 'bigint',
      model: 'text',
      rule: 'text',
      type: 'text',
      state: 'text',
      dry_run: 'bigint',
      plan: 'text?',
      plan_data: 'text?',
      why: 'text',
      approved_by: 'text?',
      attempts: 'bigint',
      created_at: 'time',
      started_at: 'time?',
      updated_at: 'time',
      ended_at: 'time?',
    },
  },
  keys: { actions: ['id'] },
  indexes: [
    ['actions_once', 'actions', ['alert', 'position'], true],
    ['actions_model', 'actions', ['model', 'type', 'created_at']],
  ],
};
