import { LeewayError } from '@leeway/contract';
import { promoteInTx } from '../registry/promote.ts';
import { championOf, versionOf } from '../registry/versions.ts';
import type { ActionGiven, ActionOutcome, ActionsContext, Plan } from './kind.ts';

/** Puts another version in the place of the champion, as planned: only while the version that was to be replaced still serves. */
export async function changeChampion(
  ctx: ActionsContext,
  { alert, model }: Pick<ActionGiven<unknown>, 'alert' | 'model'>,
  { data }: Plan,
  action: 'promote' | 'rollback',
): Promise<ActionOutcome> {
  const [from, to] = [String(data['from']), String(data['to'])];
  const reason = `alert ${alert.rule}: ${alert.summary}`;
  const present = await championOf(ctx.store.db, model.name);
  if (present?.version === to) return { outcome: 'done', text: `${to} serves ${model.name} in place of ${from}` };
  if ((present?.version ?? '') !== from) {
    const now = present ? `${present.version} serves` : 'none serves';
    return { outcome: 'failed', text: `${from} was to be replaced, and by now ${now}; nothing was changed` };
  }
  await ctx.checkLoads(await versionOf(ctx.store.db, model.name, to));
  await ctx.store.db
    .transaction()
    .execute((tx) => promoteInTx(ctx, tx, { model: model.name, version: to, actor: 'leeway', reason }, action));
  return { outcome: 'done', text: `${to} serves ${model.name} in place of ${from}` };
}

/** The version that serves. @throws LeewayError `no_champion`. */
export async function servingVersion(ctx: ActionsContext, model: string): Promise<string> {
  const champion = await championOf(ctx.store.db, model);
  if (!champion) throw new LeewayError('no_champion', model);
  return champion.version;
}
