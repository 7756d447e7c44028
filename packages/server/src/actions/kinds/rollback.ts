import { z } from 'zod';
import { planRollback } from '../../registry/decide/plan-rollback.ts';
import { listVersions } from '../../registry/versions.ts';
import { changeChampion, servingVersion } from '../change-champion.ts';
import { defineAction } from '../kind.ts';

export const rollback = defineAction({
  type: 'rollback',
  label: 'Roll back',
  description: 'Goes back to the version that served before, checked to load first.',
  options: z.strictObject({
    version: z.string().optional().describe('Version that has served. Default: the one before the champion.'),
  }),
  repeatable: true,
  async plan(ctx, { model, options }) {
    const from = await servingVersion(ctx, model.name);
    const { to } = planRollback(await listVersions(ctx.store.db, model.name), options.version);
    return { text: `roll ${model.name} back from ${from} to ${to}`, data: { from, to } };
  },
  run: (ctx, given, plan) => changeChampion(ctx, given, plan, 'rollback'),
});
