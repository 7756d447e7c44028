import { type Alert, leavesOfTrigger, type ModelConfig } from '@leeway/contract';
import { modelOf } from '../../context.ts';
import type { StoreTx } from '../../store/open.ts';
import { type RetrainingContext, SYSTEM } from '../context.ts';
import { lookInTx, lookSoon } from '../look.ts';
import { NO_FACTS, needsWarehouse } from '../observe.ts';
import { lacksData } from '../past-runs.ts';
import { occasionKey, policyVersion } from '../policy-state.ts';
import { startRunInTx } from './start-run.ts';

type Asking = Pick<Alert, 'id' | 'model' | 'rule' | 'summary' | 'labels'>;

/** What alerting calls when an alert begins to fire: each trigger of its rule is an occasion. */
export async function onAlertFiring(ctx: RetrainingContext, tx: StoreTx, alert: Asking): Promise<void> {
  if (lacksData(alert.labels)) return;
  const { name: model, retrain } = modelOf(ctx, alert.model);
  if (!retrain) return;
  const counts = retrain.minimumNewLabels > 0;
  const composed = retrain.triggers
    .filter((given) => counts || given.on !== 'alert')
    .flatMap(leavesOfTrigger)
    .some((leaf) => leaf.on === 'alert' && leaf.rule === alert.rule);
  if (composed) await lookSoon(ctx, tx, model, `alert/${alert.id}`);
  if (counts) return;
  const trigger = retrain.triggers.find((given) => given.on === 'alert' && given.rule === alert.rule);
  if (!trigger) return;
  const cause = trigger.name ?? `alert:${alert.rule}`;
  await startRunInTx(ctx, tx, {
    ...{ model, trigger: cause, reason: alert.summary, alert: alert.id, actor: SYSTEM },
    key: occasionKey(model, cause, `alert ${alert.id}`, policyVersion(retrain)),
  });
}

/**
 * In the transaction in which a window was judged: what goes on being true asks again with every window, until cooldown,
 * backoff and veto let it. What was refused once is not forgotten.
 */
export async function onWindowJudged(
  ctx: RetrainingContext,
  tx: StoreTx,
  name: string,
  windowEnd: number,
): Promise<void> {
  const model: ModelConfig = modelOf(ctx, name);
  const { retrain } = model;
  if (!retrain || retrain.triggers.length === 0) return;
  if (needsWarehouse(retrain)) return lookSoon(ctx, tx, name, `window/${windowEnd}`);
  await lookInTx(ctx, tx, model, retrain, NO_FACTS);
}
