import { z } from 'zod';
import { defineAction } from '../kind.ts';

export const retrain = defineAction({
  type: 'retrain',
  label: 'Retrain',
  description: 'Begins a retraining run. Cooldown, back-off and the veto of poor data hold it back as ever.',
  options: z.strictObject({}),
  repeatable: true,
  async plan(_ctx, { model }) {
    return { text: `begin a retraining run of ${model.name}`, data: {} };
  },
  async run(ctx, { id, alert, model }) {
    const started = await ctx.store.db.transaction().execute((tx) =>
      ctx.retraining.startRunInTx(tx, {
        model: model.name,
        trigger: `alert:${alert.rule}`,
        reason: alert.summary,
        alert: alert.id,
        key: `action:${id}`,
        actor: 'leeway',
      }),
    );
    if (!started.run) return { outcome: 'failed', text: `no retraining was begun: ${started.refused.reason}` };
    const { run } = started;
    if (run.state === 'suggested') return { outcome: 'done', text: `suggested the retraining run ${run.id}` };
    return run.state === 'vetoed'
      ? { outcome: 'failed', text: `the retraining was vetoed: ${run.error?.detail ?? run.decision ?? ''}` }
      : { outcome: 'done', text: `began the retraining run ${run.id}` };
  },
});
