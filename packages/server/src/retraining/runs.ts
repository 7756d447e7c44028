import {
  approvalOf,
  type DatasetInfo,
  durationMs,
  type Execution,
  type GateResult,
  LeewayError,
  type Run,
  type RunState,
} from '@leeway/contract';
import type { Selectable, Updateable } from 'kysely';
import { iso, isoOrNull } from '../platform/clock.ts';
import { changedInTx } from '../registry/mlflow/wanted.ts';
import { decode, decodeOrNull, encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { Schema } from '../store/schema.ts';
import { type RetrainingContext, SYSTEM } from './context.ts';
import { assertTransition, hasEnded } from './decide/next-run-state.ts';
import { followRun } from './follow-run.ts';
import { readGate } from './gates/gate-result.ts';

export type RunRow = Selectable<Schema['runs']>;
export type RunError = NonNullable<Run['error']>;

export function toRun(row: RunRow, executions: Execution[] = []): Run {
  return {
    id: row.id,
    model: row.model,
    state: row.state as RunState,
    trigger: row.trigger,
    reason: row.reason,
    asked: decode<Run['asked']>(row.asked as string),
    passedOver: decode<Run['passedOver']>(row.passedOver as string),
    alert: row.alert,
    champion: row.champion,
    challenger: row.challenger,
    dataset: decodeOrNull<DatasetInfo>(row.dataset),
    params: decode(row.params),
    executions,
    gates: decode<GateResult[]>(row.gates).map(readGate),
    firstPromotion: row.firstPromotion === 1,
    decision: row.decision,
    decidedBy: row.decidedBy,
    comment: row.comment,
    error: decodeOrNull<RunError>(row.error),
    log: row.log,
    createdAt: iso(row.createdAt),
    begunAt: isoOrNull(row.begunAt),
    updatedAt: iso(row.updatedAt),
    expiresAt: isoOrNull(row.expiresAt),
    endedAt: isoOrNull(row.endedAt),
  };
}

/** @throws LeewayError `unknown_run`. */
export async function runRow(db: StoreReader, id: string): Promise<RunRow> {
  const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new LeewayError('unknown_run', `"${id}"`);
  return row;
}

/** What may change with a run's state. */
export interface RunChange {
  actor?: string;
  champion?: string | null;
  challenger?: string;
  dataset?: DatasetInfo;
  params?: Record<string, unknown>;
  gates?: GateResult[];
  decision?: string;
  decidedBy?: string;
  comment?: string | null;
  error?: RunError;
  log?: string;
}

/**
 * Moves a run on, with its event and its audit entry. Returns the new row, or null when the run is not in the state that
 * `before` says any more: somebody was faster, and nothing is written.
 * @throws LeewayError `wrong_state` when there is no such way.
 */
export async function changeRun(
  ctx: RetrainingContext,
  tx: StoreTx,
  before: Pick<RunRow, 'id' | 'model' | 'state'>,
  to: RunState,
  change: RunChange = {},
): Promise<RunRow | null> {
  assertTransition(before.id, before.state as RunState, to);
  const { actor = SYSTEM, dataset, params, gates, error, ...plain } = change;
  const now = ctx.clock.now();
  const set: Updateable<Schema['runs']> = { ...plain, state: to, updatedAt: now };
  if (dataset) set.dataset = encode(dataset);
  if (params) set.params = encode(params);
  if (gates) set.gates = encode(gates);
  if (error) set.error = encode(error);
  if (hasEnded(to)) set.endedAt = now;
  set.expiresAt = to === 'awaiting_approval' ? expiryOf(ctx, before.model) : null;
  if (before.state === 'suggested' && to === 'queued') set.begunAt = now;
  if (before.state === 'evaluating' && change.champion === null) set.firstPromotion = 1;
  const row = await tx
    .updateTable('runs')
    .set(set)
    .where('id', '=', before.id)
    .where('state', '=', before.state)
    .returningAll()
    .executeTakeFirst();
  if (!row) return null;
  await recordRun(ctx, tx, row, actor, before.state);
  return row;
}

/** The event and the audit entry of a change of a run. */
export async function recordRun(
  ctx: RetrainingContext,
  tx: StoreTx,
  row: RunRow,
  actor: string,
  from: string | null,
): Promise<void> {
  const run = toRun(row);
  const { id, model, state, trigger, champion, challenger, decision, error } = run;
  const detail = { model, from, trigger, champion, challenger, decision, error };
  await ctx.audit.append(tx, actor, `run.${state}`, id, detail);
  await changedInTx(ctx, tx, row.model);
  await ctx.events.emit(tx, 'run.changed', model, { run: id, state, from, challenger });
  await followRun(ctx, tx, run);
}

/** When a run that begins to wait for a person now has waited long enough; null where the model is no longer retrained. */
export function expiryOf(ctx: RetrainingContext, model: string): number | null {
  const retrain = ctx.config().models.find(({ name }) => name === model)?.retrain;
  return retrain ? ctx.clock.now() + durationMs(approvalOf(retrain.approval).expires) : null;
}
