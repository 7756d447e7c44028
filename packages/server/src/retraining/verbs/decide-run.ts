import { approvalOf, type GateResult, LeewayError, type Run } from '@leeway/contract';
import { aliasOf, moveAliasInTx } from '../../registry/aliases.ts';
import { CHALLENGER } from '../../registry/decide/alias-name.ts';
import { promoteInTx } from '../../registry/promote.ts';
import { championOf } from '../../registry/versions.ts';
import { decode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { describeGate, isNeutral } from '../decide/judge-gates.ts';
import { mayDecide } from '../decide/may-decide.ts';
import { readGate } from '../gates/gate-result.ts';
import { SUPERSEDED } from '../past-runs.ts';
import { changeRun, type RunRow, runRow, toRun } from '../runs.ts';

export interface Decision {
  /** Of the run. */
  id: string;
  actor: string;
  /** Of the token that it was decided with; absent of the server itself. */
  role?: string | undefined;
  reason: string;
}

/**
 * Promotes the challenger of a run that waits for a person.
 * @throws LeewayError `approval_required` when the gates did not pass, or another version serves than the one it was
 * compared with, and `force` is not given; forcing takes a reason. `forbidden` when the policy lets others decide.
 */
export function approveRun(ctx: RetrainingContext, given: Decision & { force?: boolean }): Promise<Run> {
  return ctx.store.db.transaction().execute((tx) => approveRunInTx(ctx, tx, given));
}

export async function approveRunInTx(
  ctx: RetrainingContext,
  tx: StoreTx,
  given: Decision & { force?: boolean },
): Promise<Run> {
  const row = await waiting(tx, given.id);
  checkDecider(ctx, row.model, given);
  const doubts = await doubtsAbout(tx, row);
  if (doubts && !given.force) throw new LeewayError('approval_required', `run ${row.id}: ${doubts}`);
  if (doubts && given.reason.trim() === '') {
    throw new LeewayError('approval_required', `run ${row.id}: ${doubts}; forcing it takes a reason`);
  }
  const forced = doubts ? `, forced although ${doubts}` : '';
  const decision = `approved by ${given.actor}${given.reason ? `: ${given.reason}` : ''}${forced}`;
  const changed = moved(await changeRun(ctx, tx, row, 'promoted', { ...decidedBy(given), decision }), row);
  await promoteChallenger(ctx, tx, changed, given.actor, decision);
  return toRun(changed);
}

const decidedBy = ({ actor, reason }: Decision) => ({ actor, decidedBy: actor, comment: reason || null });

/** Refuses the challenger of a run that waits for a person; the champion goes on serving. */
export function rejectRun(ctx: RetrainingContext, given: Decision): Promise<Run> {
  return ctx.store.db.transaction().execute((tx) => rejectRunInTx(ctx, tx, given));
}

export async function rejectRunInTx(ctx: RetrainingContext, tx: StoreTx, given: Decision): Promise<Run> {
  const row = await waiting(tx, given.id);
  checkDecider(ctx, row.model, given);
  const decision = `rejected by ${given.actor}${given.reason ? `: ${given.reason}` : ''}`;
  return toRun(moved(await changeRun(ctx, tx, row, 'rejected', { ...decidedBy(given), decision }), row));
}

/** Stops a run that is under way, or turns a suggestion down. A trainer that runs is told to end, and killed if it does not. */
export function cancelRun(ctx: RetrainingContext, given: Decision): Promise<Run> {
  return ctx.store.db.transaction().execute((tx) => cancelRunInTx(ctx, tx, given));
}

export async function cancelRunInTx(ctx: RetrainingContext, tx: StoreTx, given: Decision): Promise<Run> {
  const row = await runRow(tx, given.id);
  const word = row.state === 'suggested' ? 'dismissed' : 'cancelled';
  const decision = `${word} by ${given.actor}${given.reason ? `: ${given.reason}` : ''}`;
  return toRun(moved(await changeRun(ctx, tx, row, 'cancelled', { ...decidedBy(given), decision }), row));
}

/** @throws LeewayError `forbidden`, or `invalid_request` where a comment is missing. */
export function checkDecider(ctx: RetrainingContext, model: string, { actor, role, reason }: Decision): void {
  const retrain = ctx.config().models.find(({ name }) => name === model)?.retrain;
  if (!retrain) return;
  const why = mayDecide(approvalOf(retrain.approval), { actor, role: role ?? null, comment: reason });
  if (why === 'comment_required')
    throw new LeewayError('invalid_request', `the approval of ${model} wants a comment: give "reason"`);
  if (why !== null) throw new LeewayError('forbidden', why);
}

/** Makes a run's challenger the champion, and ends the runs that waited before it. */
export async function promoteChallenger(
  ctx: RetrainingContext,
  tx: StoreTx,
  run: RunRow,
  actor: string,
  decision: string,
): Promise<void> {
  const { model, challenger } = run;
  const reason = `run ${run.id}, ${decision}`;
  await promoteInTx(ctx, tx, { model, version: challenger!, actor, reason });
  if ((await aliasOf(tx, model, CHALLENGER)) === challenger) {
    await moveAliasInTx(ctx, tx, { model, alias: CHALLENGER, version: null, actor, reason });
  }
  await supersede(ctx, tx, run);
}

/** Ends the model's other runs that wait for a person: their challenger was compared with older rows, or an older champion. */
export async function supersede(ctx: RetrainingContext, tx: StoreTx, by: RunRow): Promise<void> {
  const rows = await tx
    .selectFrom('runs')
    .select(['id', 'model', 'state'])
    .where('model', '=', by.model)
    .where('state', '=', 'awaiting_approval')
    .where('id', '!=', by.id)
    .execute();
  for (const row of rows) await changeRun(ctx, tx, row, 'rejected', { decision: `${SUPERSEDED} run ${by.id}` });
}

async function waiting(tx: StoreTx, id: string): Promise<RunRow> {
  const row = await runRow(tx, id);
  if (row.state === 'awaiting_approval') return row;
  throw new LeewayError('wrong_state', `run ${id} is ${row.state}; only one that is awaiting_approval can be decided`);
}

export function moved(changed: RunRow | null, before: RunRow): RunRow {
  if (changed) return changed;
  throw new LeewayError('wrong_state', `run ${before.id} is not ${before.state} any more`);
}

async function doubtsAbout(tx: StoreTx, row: RunRow): Promise<string | null> {
  const doubts = decode<GateResult[]>(row.gates as string)
    .map(readGate)
    .filter((gate) => gate.verdict !== 'pass' && !isNeutral(gate))
    .map((gate) => `${describeGate(gate)} is ${gate.verdict}`);
  const champion = (await championOf(tx, row.model))?.version ?? null;
  if (champion !== row.champion) {
    doubts.push(`${champion ?? 'no version'} serves now, but it was compared with ${row.champion ?? 'none'}`);
  }
  return doubts.length === 0 ? null : doubts.join('; ');
}
