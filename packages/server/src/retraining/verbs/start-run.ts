import { approvalOf, LeewayError, type Run } from '@leeway/contract';
import { modelOf } from '../../context.ts';
import { championOf } from '../../registry/versions.ts';
import { encode } from '../../store/json.ts';
import { lockInTx } from '../../store/lock.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { BY_HAND, decideTrigger, type Occasion, type Refusal } from '../decide/decide-trigger.ts';
import type { JudgedGuard } from '../decide/guards.ts';
import { newLabelsOf } from '../observe.ts';
import { openQualityAlerts, pastRuns } from '../past-runs.ts';
import { policyState } from '../policy-state.ts';
import { expiryOf, recordRun, toRun } from '../runs.ts';
import { enqueueStep } from '../steps/step.ts';
import { refreshSuggestion, suggestedRun, supersedeSuggestion } from './suggest-run.ts';

export interface RunRequest {
  model: string;
  /** `hand`, or the cause that asks by itself, which more guards hold back: `api`, `schedule`, `alert:RULE`. */
  trigger: string;
  reason: string;
  /** Id of the alert that asked for it. */
  alert?: string | null;
  /** What must not start a second run. */
  key: string;
  actor: string;
  /** Go before the parameters of the configuration. */
  params?: Record<string, unknown>;
  /** Labelled rows later than the data of the last run, where they were counted already. */
  newLabels?: number | null;
  /** Whether what asks has asked before, and asks again because it still holds. */
  again?: boolean;
}

/** A run, new or the one that the same key had started; or why there is none. A vetoed run is one, and on record. */
export type Started = { run: Run; created: boolean; refused: Refusal | null } | { run: null; refused: Refusal };

/**
 * Starts a run in the transaction of its occasion, or suggests it where the policy only does that. What is refused leaves an
 * audit entry and an event, unless `quiet`.
 */
export async function startRunInTx(
  ctx: RetrainingContext,
  tx: StoreTx,
  request: RunRequest,
  { quiet = false } = {},
): Promise<Started> {
  const model = modelOf(ctx, request.model);
  await lockInTx(tx, `runs/${model.name}`);
  const present = await runOfKey(tx, request);
  if (present) return { run: present, created: false, refused: null };

  const decided = await decide(ctx, tx, request);
  const refused = decided.decision === 'start' ? null : { ...decided, decision: undefined };
  if (refused && (quiet || refused.code !== 'quality_veto')) {
    if (!quiet) await recordRefusal(ctx, tx, request, refused);
    return { run: null, refused };
  }
  const automatic = request.trigger !== BY_HAND;
  const suggests = automatic && approvalOf(model.retrain!.approval).mode === 'suggest';
  const suggestion = refused ? null : await suggestedRun(tx, model.name);
  if (suggests && suggestion) {
    return { run: toRun(await refreshSuggestion(ctx, tx, suggestion, request)), created: false, refused: null };
  }
  const passedOver = decided.decision === 'start' ? decided.passedOver : [];
  const state = refused ? 'vetoed' : suggests ? 'suggested' : 'queued';
  const row = await insertRun(ctx, tx, request, { state, refused, passedOver });
  if (!row) return { run: (await runOfKey(tx, request))!, created: false, refused: null };
  await recordRun(ctx, tx, row, request.actor, null);
  if (state === 'queued') {
    if (suggestion) await supersedeSuggestion(ctx, tx, suggestion, row.id);
    await enqueueStep(ctx, tx, 'retrain-prepare', { run: row.id, model: model.name });
  }
  return { run: toRun(row), created: true, refused };
}

async function insertRun(
  ctx: RetrainingContext,
  tx: StoreTx,
  request: RunRequest,
  {
    state,
    refused,
    passedOver,
  }: { state: 'vetoed' | 'suggested' | 'queued'; refused: Refusal | null; passedOver: JudgedGuard[] },
) {
  const now = ctx.clock.now();
  const champion = await championOf(tx, request.model);
  // What was vetoed did nothing: the same occasion may begin a run when the feed is repaired.
  const key = refused && request.trigger !== BY_HAND ? `${request.key}/vetoed` : request.key;
  return tx
    .insertInto('runs')
    .values({
      id: ctx.newId('run'),
      model: request.model,
      key,
      state,
      trigger: request.trigger,
      reason: request.reason,
      alert: request.alert ?? null,
      champion: champion?.version ?? null,
      challenger: null,
      dataset: null,
      params: encode(request.params ?? {}),
      gates: encode([]),
      decision: refused && `vetoed: ${refused.reason}`,
      error: refused && encode({ code: refused.code, detail: refused.reason }),
      log: '',
      createdAt: now,
      updatedAt: now,
      endedAt: refused && now,
      begunAt: state === 'queued' ? now : null,
      expiresAt: state === 'suggested' ? expiryOf(ctx, request.model) : null,
      firstPromotion: 0,
      decidedBy: null,
      comment: null,
      passedOver: encode<unknown[]>(passedOver.map(({ code, reason }) => ({ code, reason }))),
      asked: encode<unknown[]>([]),
    })
    .onConflict((c) => c.columns(['model', 'key']).doNothing())
    .returningAll()
    .executeTakeFirst();
}

async function recordRefusal(
  ctx: RetrainingContext,
  tx: StoreTx,
  request: RunRequest,
  refusal: Refusal,
): Promise<void> {
  const { code, reason, until } = refusal;
  const detail = { model: request.model, trigger: request.trigger, alert: request.alert ?? null, code, reason, until };
  await ctx.audit.append(tx, request.actor, 'run.refused', request.model, detail);
  await ctx.events.emit(tx, 'run.changed', request.model, { run: null, state: 'refused', code, reason, until });
}

/**
 * Starts a run. The same key a second time gives the run that it started. A run that a broken feed forbids is returned as
 * vetoed. @throws LeewayError `run_in_progress`, or `held_back` with the guard and until when.
 */
export async function startRun(ctx: RetrainingContext, request: RunRequest): Promise<Run> {
  const started = await ctx.store.db.transaction().execute((tx) => startRunInTx(ctx, tx, request));
  if (started.run) return started.run;
  throw errorOf(request.model, started.refused);
}

/** The refusal as an error, for whoever has asked. */
export function errorOf(model: string, { code, reason, until }: Refusal): LeewayError {
  if (code === 'no_retrain')
    return new LeewayError('invalid_request', `${model}: ${reason}; add "retrain: {}" to it in leeway.yaml`);
  if (code === 'run_in_progress') return new LeewayError(code, reason);
  if (code === 'quality_veto') return new LeewayError(code, reason);
  const iso = until === null ? null : new Date(until).toISOString();
  const detail = iso === null ? reason : `${reason}; not before ${iso}`;
  return new LeewayError('held_back', detail, { extra: { guard: code, until: iso } });
}

/** What holds a run back, by the store as it is; the new labels are counted where that matters and nobody has. */
export async function occasionOf(
  ctx: RetrainingContext,
  db: StoreReader,
  { model: name, trigger, newLabels, again = false }: Pick<RunRequest, 'model' | 'trigger' | 'newLabels' | 'again'>,
): Promise<Occasion> {
  const model = modelOf(ctx, name);
  const wanted = (model.retrain?.minimumNewLabels ?? 0) > 0;
  return {
    retrain: model.retrain,
    cause: trigger,
    runs: await pastRuns(db, name),
    qualityAlerts: await openQualityAlerts(db, name),
    now: ctx.clock.now(),
    newLabels: newLabels ?? (wanted && trigger !== BY_HAND ? await newLabelsOf(ctx, db, model) : null),
    breakerClosedAt: (await policyState(db, name, ctx.clock.now())).breakerClosedAt,
    again,
  };
}

const decide = async (ctx: RetrainingContext, tx: StoreTx, request: RunRequest) =>
  decideTrigger(await occasionOf(ctx, tx, request));

async function runOfKey(db: StoreReader, { model, key }: Pick<RunRequest, 'model' | 'key'>): Promise<Run | null> {
  const row =
    (await db.selectFrom('runs').selectAll().where('model', '=', model).where('key', '=', key).executeTakeFirst()) ??
    (await db
      .selectFrom('runOccasions')
      .innerJoin('runs', 'runs.id', 'runOccasions.run')
      .selectAll('runs')
      .where('runOccasions.model', '=', model)
      .where('runOccasions.key', '=', key)
      .executeTakeFirst());
  return row ? toRun(row) : null;
}
