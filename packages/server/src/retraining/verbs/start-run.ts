import { type Alert, type Cause, LeewayError, type ModelConfig, type Run, type RunState } from '@leeway/contract';
import { modelOf } from '../../context.ts';
import { championOf } from '../../registry/versions.ts';
import { decode, decodeOrNull, encode } from '../../store/json.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import { type RetrainingContext, SYSTEM } from '../context.ts';
import { decideTrigger, type OpenAlert, type PastRun, type Refusal } from '../decide/decide-trigger.ts';
import { recordRun, toRun } from '../runs.ts';
import { enqueueStep } from '../steps/step.ts';
import { SUPERSEDED } from './decide-run.ts';

export interface RunRequest {
  model: string;
  /** `hand`, `schedule`, `alert:RULE`. All but `hand` are held back by cooldown and backoff. */
  trigger: string;
  reason: string;
  /** Id of the alert that asked for it. */
  alert?: string | null;
  /** What must not start a second run. */
  key: string;
  actor: string;
}

/** A run, new or the one that the same key had started; or why there is none. A vetoed run is one, and on record. */
export type Started = { run: Run; created: boolean; refused: Refusal | null } | { run: null; refused: Refusal };

/** Starts a run in the transaction of its occasion. What is refused leaves an audit entry and an event. */
export async function startRunInTx(ctx: RetrainingContext, tx: StoreTx, request: RunRequest): Promise<Started> {
  const model = modelOf(ctx, request.model);
  const present = await runOfKey(tx, request);
  if (present) return { run: present, created: false, refused: null };

  const now = ctx.clock.now();
  const decision = await decide(ctx, tx, model, request.trigger !== 'hand');
  const refused = decision === 'start' ? null : decision;
  if (refused && refused.code !== 'quality_veto') {
    const detail = { model: model.name, trigger: request.trigger, alert: request.alert ?? null, ...refused };
    await ctx.audit.append(tx, request.actor, 'run.refused', model.name, detail);
    await ctx.events.emit(tx, 'run.changed', model.name, { run: null, state: 'refused', ...refused });
    return { run: null, refused };
  }
  const champion = await championOf(tx, model.name);
  const row = await tx
    .insertInto('runs')
    .values({
      id: ctx.newId('run'),
      model: model.name,
      key: request.key,
      state: refused ? 'vetoed' : 'queued',
      trigger: request.trigger,
      reason: request.reason,
      alert: request.alert ?? null,
      champion: champion?.version ?? null,
      challenger: null,
      dataset: null,
      params: encode({}),
      gates: encode([]),
      decision: refused && `vetoed: ${refused.reason}`,
      error: refused && encode({ code: refused.code, detail: refused.reason }),
      log: '',
      createdAt: now,
      updatedAt: now,
      endedAt: refused && now,
    })
    .onConflict((c) => c.columns(['model', 'key']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!row) return { run: (await runOfKey(tx, request))!, created: false, refused: null };
  await recordRun(ctx, tx, row, request.actor, null);
  if (!refused) await enqueueStep(ctx, tx, 'retrain-prepare', { run: row.id, model: model.name });
  return { run: toRun(row), created: true, refused };
}

/**
 * Starts a run. The same key a second time gives the run that it started. A run that a broken feed forbids is returned as
 * vetoed. @throws LeewayError `run_in_progress`, or `wrong_state` where cooldown or backoff hold it back.
 */
export async function startRun(ctx: RetrainingContext, request: RunRequest): Promise<Run> {
  const started = await ctx.store.db.transaction().execute((tx) => startRunInTx(ctx, tx, request));
  if (started.run) return started.run;
  const { code, reason } = started.refused;
  if (code === 'no_retrain') {
    throw new LeewayError('invalid_request', `${request.model}: ${reason}; add "retrain: {}" to it in leeway.yaml`);
  }
  throw new LeewayError(code === 'run_in_progress' ? code : 'wrong_state', reason);
}

async function decide(
  ctx: RetrainingContext,
  db: StoreReader,
  model: ModelConfig,
  automatic: boolean,
): Promise<'start' | Refusal> {
  return decideTrigger({
    retrain: model.retrain,
    runs: await pastRuns(db, model.name),
    qualityAlerts: await openQualityAlerts(db, model.name),
    now: ctx.clock.now(),
    automatic,
  });
}

type Asking = Pick<Alert, 'id' | 'model' | 'rule' | 'summary'>;

/** Not the model is bad, but nothing is known of it: training anew would not help. */
const lacksData = ({ condition }: Alert['labels']): boolean => condition === 'no_data' || condition === 'error';

/** What alerting calls when an alert begins to fire: each trigger of its rule is an occasion. */
export async function onAlertFiring(
  ctx: RetrainingContext,
  tx: StoreTx,
  alert: Asking & Pick<Alert, 'labels'>,
): Promise<void> {
  if (lacksData(alert.labels)) return;
  if (rulesThatTrigger(modelOf(ctx, alert.model)).includes(alert.rule))
    await startForAlert(ctx, tx, alert, `alert:${alert.id}`);
}

/**
 * An alert that goes on firing asks again with every window in which it fires, until cooldown, backoff and veto let it: what
 * was refused once is not forgotten. Quietly, since the first refusal is on record.
 */
export async function onWindowJudged(
  ctx: RetrainingContext,
  tx: StoreTx,
  modelName: string,
  windowEnd: number,
): Promise<void> {
  const model = modelOf(ctx, modelName);
  const rules = rulesThatTrigger(model);
  if (rules.length === 0) return;
  // A challenger that waits for a person is not pushed aside by the alert that asked for it.
  const waiting = await tx
    .selectFrom('runs')
    .select('id')
    .where('model', '=', modelName)
    .where('state', '=', 'awaiting_approval')
    .executeTakeFirst();
  if (waiting) return;
  const firing = await tx
    .selectFrom('alerts')
    .select(['id', 'model', 'rule', 'summary', 'labels'])
    .where('model', '=', modelName)
    .where('state', '=', 'firing')
    .where('windowEnd', '=', windowEnd)
    .where('rule', 'in', rules)
    .orderBy('activeAt')
    .execute();
  for (const alert of firing) {
    if (lacksData(decode<Alert['labels']>(alert.labels))) continue;
    if ((await decide(ctx, tx, model, true)) !== 'start') continue;
    await startForAlert(ctx, tx, alert, `alert:${alert.id}:${windowEnd}`);
  }
}

const rulesThatTrigger = ({ retrain }: ModelConfig): string[] =>
  (retrain?.triggers ?? []).flatMap((trigger) => (trigger.on === 'alert' ? [trigger.rule] : []));

async function startForAlert(ctx: RetrainingContext, tx: StoreTx, alert: Asking, key: string): Promise<void> {
  await startRunInTx(ctx, tx, {
    model: alert.model,
    trigger: `alert:${alert.rule}`,
    reason: alert.summary,
    alert: alert.id,
    key,
    actor: SYSTEM,
  });
}

/** Alerts about the quality of the model's data that are not over. */
export async function openQualityAlerts(db: StoreReader, model: string): Promise<OpenAlert[]> {
  const rows = await db
    .selectFrom('alerts')
    .select(['id', 'rule', 'state', 'severity', 'metric', 'column', 'slice', 'cause'])
    .where('model', '=', model)
    .where('state', 'in', ['firing', 'recovering'])
    .where('metric', 'like', 'quality.%')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    ...row,
    state: row.state as Alert['state'],
    severity: row.severity as Alert['severity'],
    cause: decodeOrNull<Cause>(row.cause as string | null),
  }));
}

async function runOfKey(db: StoreReader, { model, key }: RunRequest): Promise<Run | null> {
  const row = await db
    .selectFrom('runs')
    .selectAll()
    .where('model', '=', model)
    .where('key', '=', key)
    .executeTakeFirst();
  return row ? toRun(row) : null;
}

/** As many runs of the past as a decision looks at; those that changed nothing for long play no part. */
const MOST_PAST = 200;

async function pastRuns(db: StoreReader, model: string): Promise<PastRun[]> {
  const rows = await db
    .selectFrom('runs')
    .select(['id', 'state', 'createdAt', 'updatedAt', 'endedAt', 'decision'])
    .where('model', '=', model)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST_PAST)
    .execute();
  return rows.map(({ decision, ...row }) => ({
    ...row,
    state: row.state as RunState,
    superseded: decision?.startsWith(SUPERSEDED) ?? false,
  }));
}
