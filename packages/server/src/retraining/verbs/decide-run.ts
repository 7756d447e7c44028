import { type GateResult, LeewayError, type Run } from '@leeway/contract';
import { promoteInTx } from '../../registry/promote.ts';
import { championOf } from '../../registry/versions.ts';
import { decode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { describeGate } from '../decide/judge-gates.ts';
import { changeRun, type RunRow, runRow, toRun } from '../runs.ts';

/** The alias of the latest version that a run made. */
export const CHALLENGER = 'challenger';

/** How the decision on a run begins whose place a newer one took. */
export const SUPERSEDED = 'superseded by';

export interface Decision {
  /** Of the run. */
  id: string;
  actor: string;
  reason: string;
}

/**
 * Promotes the challenger of a run that waits for a person.
 * @throws LeewayError `approval_required` when the gates did not pass, or another version serves than the one it was
 * compared with, and `force` is not given; forcing takes a reason.
 */
export function approveRun(ctx: RetrainingContext, given: Decision & { force?: boolean }): Promise<Run> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const row = await waiting(tx, given.id);
    const doubts = await doubtsAbout(tx, row);
    if (doubts && !given.force) throw new LeewayError('approval_required', `run ${row.id}: ${doubts}`);
    if (doubts && given.reason.trim() === '') {
      throw new LeewayError('approval_required', `run ${row.id}: ${doubts}; forcing it takes a reason`);
    }
    const forced = doubts ? `, forced although ${doubts}` : '';
    const decision = `approved by ${given.actor}${given.reason ? `: ${given.reason}` : ''}${forced}`;
    const changed = moved(await changeRun(ctx, tx, row, 'promoted', { actor: given.actor, decision }), row);
    await promoteChallenger(ctx, tx, changed, given.actor, decision);
    return toRun(changed);
  });
}

/** Refuses the challenger of a run that waits for a person; the champion goes on serving. */
export function rejectRun(ctx: RetrainingContext, given: Decision): Promise<Run> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const row = await waiting(tx, given.id);
    const decision = `rejected by ${given.actor}${given.reason ? `: ${given.reason}` : ''}`;
    return toRun(moved(await changeRun(ctx, tx, row, 'rejected', { actor: given.actor, decision }), row));
  });
}

/** Stops a run that is under way. A trainer that runs is told to end, and killed if it does not. */
export function cancelRun(ctx: RetrainingContext, given: Decision): Promise<Run> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const row = await runRow(tx, given.id);
    const decision = `cancelled by ${given.actor}${given.reason ? `: ${given.reason}` : ''}`;
    return toRun(moved(await changeRun(ctx, tx, row, 'cancelled', { actor: given.actor, decision }), row));
  });
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
  await tx
    .deleteFrom('aliases')
    .where('model', '=', model)
    .where('alias', '=', CHALLENGER)
    .where('version', '=', challenger!)
    .execute();
  await supersede(ctx, tx, run);
}

/** Ends the model's other runs that wait for a person: their challenger was compared with older rows, or an older champion. */
export async function supersede(ctx: RetrainingContext, tx: StoreTx, by: RunRow): Promise<void> {
  const rows = await tx
    .selectFrom('runs')
    .select(['id', 'state'])
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

function moved(changed: RunRow | null, before: RunRow): RunRow {
  if (changed) return changed;
  throw new LeewayError('wrong_state', `run ${before.id} is not ${before.state} any more`);
}

async function doubtsAbout(tx: StoreTx, row: RunRow): Promise<string | null> {
  const doubts = decode<GateResult[]>(row.gates as string)
    .filter((gate) => gate.verdict !== 'pass')
    .map((gate) => `${describeGate(gate)} is ${gate.verdict}`);
  const champion = (await championOf(tx, row.model))?.version ?? null;
  if (champion !== row.champion) {
    doubts.push(`${champion ?? 'no version'} serves now, but it was compared with ${row.champion ?? 'none'}`);
  }
  return doubts.length === 0 ? null : doubts.join('; ');
}
