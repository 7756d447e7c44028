import type { TablesSpec } from './create-tables.ts';

/** What people said of alerts, each saying kept, and the thresholds that were suggested from it. */
export const review: TablesSpec = {
  tables: {
    alert_verdicts: { id: 'serial', alert: 'text', at: 'time', actor: 'text', verdict: 'text', comment: 'text' },
    suggestions: {
      id: 'text',
      model: 'text',
      rule: 'text',
      made_at: 'time',
      document: 'text',
      applied_at: 'time?',
      applied_by: 'text?',
    },
  },
  keys: { suggestions: ['id'] },
  indexes: [['alert_verdicts_alert', 'alert_verdicts', ['alert']]],
};
