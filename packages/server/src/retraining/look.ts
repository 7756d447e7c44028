import { causeOfTrigger, type ModelConfig, type RetrainConfig } from '@leeway/contract';
import { exponentialBackoff } from '../jobs/jobs.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import { type RetrainingContext, SYSTEM } from './context.ts';
import type { Observation } from './decide/observation.ts';
import { type JudgedTrigger, judgeTrigger } from './decide/trigger-tree.ts';
import { NO_FACTS, needsWarehouse, readFacts, type WarehouseFacts } from './observe.ts';
import { type FiringAlert, firingAlerts, pastRuns } from './past-runs.ts';
import { keepRefused, occasionKey, policyState, policyVersion } from './policy-state.ts';
import { startRunInTx } from './verbs/start-run.ts';

const LOOK_JOB = 'retrain-look';

/** Judges the triggers of models whose conditions the store alone does not know. */
export function registerLook(ctx: RetrainingContext): void {
  ctx.jobs.define<{ model: string }>(LOOK_JOB, {
    maxAttempts: 10,
    backoff: exponentialBackoff(2_000, 300_000),
    handler: ({ payload }) => look(ctx, payload.model),
  });
}

/** Has the triggers of a model looked at soon; `occasion` names why, so that the same asks once. */
export async function lookSoon(
  ctx: RetrainingContext,
  db: StoreReader,
  model: string,
  occasion: string,
): Promise<void> {
  await ctx.jobs.enqueue(db, { kind: LOOK_JOB, key: `${model}/${occasion}`, payload: { model } });
}

/** Reads what the triggers of a model look at, and gives what is to be done about it. */
export async function look(
  ctx: RetrainingContext,
  name: string,
): Promise<((tx: StoreTx) => Promise<void>) | undefined> {
  const model = ctx.config().models.find((candidate) => candidate.name === name);
  if (!model?.retrain || model.retrain.triggers.length === 0) return undefined;
  const { retrain } = model;
  const facts = needsWarehouse(retrain) ? await readFacts(ctx, model, retrain) : NO_FACTS;
  return (tx) => lookInTx(ctx, tx, model, retrain, facts);
}

/** All that triggers look at, from the store as it is and from the warehouse as it was read. */
export async function observe(
  ctx: RetrainingContext,
  db: StoreReader,
  model: string,
  facts: WarehouseFacts,
): Promise<Observation & { firing: FiringAlert[] }> {
  const now = ctx.clock.now();
  const begun = (await pastRuns(db, model)).flatMap(({ begunAt }) => begunAt ?? []);
  return {
    ...facts,
    now,
    since: (await policyState(db, model, now)).since,
    lastBegun: begun.length === 0 ? null : Math.max(...begun),
    championSince: await championSince(db, model),
    firing: await firingAlerts(db, model),
  };
}

/**
 * Asks for a run for each trigger that is true, in their order. A trigger that goes on being true asks again each time, until
 * the guards let it; the same refusal is put on record once.
 */
export async function lookInTx(
  ctx: RetrainingContext,
  tx: StoreTx,
  model: ModelConfig,
  retrain: RetrainConfig,
  facts: WarehouseFacts,
): Promise<void> {
  const seen = await observe(ctx, tx, model.name, facts);
  const { refused: before } = await policyState(tx, model.name, seen.now);
  const refused: Record<string, string> = {};
  for (const [i, trigger] of retrain.triggers.entries()) {
    const judged = judgeTrigger(trigger, seen);
    if (judged.truth !== 'true') continue;
    const cause = causeOfTrigger(trigger, i);
    const code = await ask(ctx, tx, { model: model.name, cause, judged, retrain, seen, known: before[cause] });
    if (code !== null) refused[cause] = code;
  }
  if (JSON.stringify(refused) !== JSON.stringify(before)) await keepRefused(tx, model.name, refused);
}

interface Asking {
  model: string;
  cause: string;
  judged: JudgedTrigger;
  retrain: RetrainConfig;
  seen: Observation & { firing: FiringAlert[] };
  /** What it was refused for last. */
  known: string | undefined;
}

/** Asks for a run; gives what it was refused for, null if it was not. */
async function ask(
  ctx: RetrainingContext,
  tx: StoreTx,
  { model, cause, judged, retrain, seen, known }: Asking,
): Promise<string | null> {
  const alert = seen.firing.find(({ id }) => judged.occasion.includes(`alert ${id} `))?.id ?? null;
  const key = occasionKey(model, cause, judged.occasion, policyVersion(retrain));
  const request = { model, trigger: cause, reason: judged.reason, alert, key, actor: SYSTEM };
  const given = { ...request, newLabels: seen.newLabels, again: true };
  const quietly = await startRunInTx(ctx, tx, given, { quiet: true });
  if (quietly.refused === null) return null;
  const { code } = quietly.refused;
  // A run that is under way, or waits, says enough itself; and of policies that need no look, the first refusal is on record.
  const said = code === known || code === 'run_in_progress' || code === 'awaiting_approval' || !needsWarehouse(retrain);
  if (!said) await startRunInTx(ctx, tx, given);
  return code;
}

/** Since when the version serves that serves now. */
async function championSince(db: StoreReader, model: string): Promise<number | null> {
  const row = await db
    .selectFrom('servings')
    .select('startedAt')
    .where('model', '=', model)
    .where('endedAt', 'is', null)
    .executeTakeFirst();
  return row?.startedAt ?? null;
}
