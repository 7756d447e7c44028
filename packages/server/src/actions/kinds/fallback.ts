import { z } from 'zod';
import { versionOf } from '../../registry/versions.ts';
import { changeChampion, servingVersion } from '../change-champion.ts';
import { defineAction } from '../kind.ts';

export const fallback = defineAction({
  type: 'fallback',
  label: 'Switch to a fallback',
  description: 'Has a version serve that was chosen for bad times, such as a simple and robust one.',
  options: z.strictObject({ version: z.string().describe('Version that serves from then on.') }),
  repeatable: true,
  async plan(ctx, { model, options }) {
    const from = await servingVersion(ctx, model.name);
    const to = (await versionOf(ctx.store.db, model.name, options.version)).version;
    return { text: `have ${to} serve ${model.name} in place of ${from}`, data: { from, to } };
  },
  run: (ctx, given, plan) => changeChampion(ctx, given, plan, 'promote'),
});
