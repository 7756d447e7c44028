import type { TablesSpec } from './create-tables.ts';

/** Why each group spoke or did not. */
export const notificationLog: TablesSpec = {
  tables: {
    notification_log: {
      id: 'serial',
      key: 'text',
      channel: 'text',
      at: 'time',
      reason: 'text',
      why: 'text',
      sent: 'bigint',
      delivery: 'text?',
      alerts: 'text',
      next_at: 'time?',
    },
  },
  keys: {},
  indexes: [
    ['notification_log_group', 'notification_log', ['key', 'channel', 'id']],
    ['notification_log_at', 'notification_log', ['at']],
  ],
};
