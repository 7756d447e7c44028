import { LeewayError } from '@leeway/contract';
import type { Context } from '../../context.ts';
import { hookTrouble, type MlflowHook, readHook } from './hook.ts';
import { nameHere } from './names.ts';

/**
 * Takes a webhook of MLflow: a hint to look there sooner, and nothing else. What it says is not acted upon, since MLflow may lose
 * webhooks and does not say so. @throws LeewayError `webhook_refused`.
 */
export async function takeMlflowHook(ctx: Context, hook: MlflowHook, hint: () => Promise<void>): Promise<string> {
  const config = ctx.config().registry.mlflow;
  if (config?.webhookSecret === undefined) {
    throw new LeewayError('webhook_refused', 'registry.mlflow.webhookSecret is not set');
  }
  const trouble = hookTrouble(config.webhookSecret, hook, ctx.clock.now());
  if (trouble !== null) throw new LeewayError('webhook_refused', trouble);
  const said = readHook(hook.body);
  const models = ctx.config().models.map(({ name }) => name);
  const model = said?.name == null ? undefined : nameHere(config, models, said.name);
  const outcome = model === undefined ? 'it is about no model of ours' : `${model} is looked at`;
  const added = await ctx.store.db
    .insertInto('hookDeliveries')
    .values({ source: 'mlflow', id: hook.delivery.slice(0, 200), at: ctx.clock.now(), outcome })
    .onConflict((c) => c.columns(['source', 'id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!added) return 'it was taken already';
  if (model !== undefined) await hint();
  return outcome;
}
