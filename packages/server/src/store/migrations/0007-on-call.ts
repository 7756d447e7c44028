import type { TablesSpec } from './create-tables.ts';

/** Who is asked to act: escalations and how far they are, comments, and the links that were used. */
export const onCall: TablesSpec = {
  tables: {
    escalations: {
      alert: 'text',
      policy: 'text',
      document: 'text',
      generation: 'bigint',
      status: 'text',
      loop: 'bigint',
      step: 'bigint',
      due_at: 'time?',
      remaining_ms: 'bigint?',
    },
    escalation_steps: {
      alert: 'text',
      policy: 'text',
      generation: 'bigint',
      loop: 'bigint',
      step: 'bigint',
      at: 'time',
      told: 'text',
    },
    alert_comments: { id: 'serial', alert: 'text', at: 'time', actor: 'text', text: 'text' },
    link_uses: { nonce: 'text', alert: 'text', action: 'text', at: 'time', actor: 'text', outcome: 'text' },
  },
  keys: {
    escalations: ['alert', 'policy'],
    escalation_steps: ['alert', 'policy', 'generation', 'loop', 'step'],
    link_uses: ['nonce'],
  },
  indexes: [
    ['alert_comments_alert', 'alert_comments', ['alert']],
    ['alerts_active', 'alerts', ['active_at', 'id']],
  ],
};
