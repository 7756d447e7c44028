import type { Run } from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import { decode, encode } from '../../store/json.ts';
import type { StoreReader, StoreTx } from '../../store/open.ts';
import type { RetrainingContext } from '../context.ts';
import { followRun } from '../follow-run.ts';
import { SUPERSEDED } from '../past-runs.ts';
import { changeRun, expiryOf, type RunRow, toRun } from '../runs.ts';
import type { RunRequest } from './start-run.ts';

/** Occasions that a run remembers. */
const MOST_ASKED = 20;

/** The model's run that is suggested; there is never more than one. */
export const suggestedRun = async (db: StoreReader, model: string): Promise<RunRow | null> =>
  (await db
    .selectFrom('runs')
    .selectAll()
    .where('model', '=', model)
    .where('state', '=', 'suggested')
    .executeTakeFirst()) ?? null;

/**
 * Asks for a suggested run once more: by another cause it has the newer reason, and its time begins anew. People were told
 * already. What goes on asking for the same changes nothing.
 */
export async function refreshSuggestion(
  ctx: RetrainingContext,
  tx: StoreTx,
  row: RunRow,
  { model, key, trigger, reason, alert = null, actor }: RunRequest,
): Promise<RunRow> {
  const now = ctx.clock.now();
  await tx.insertInto('runOccasions').values({ model, key, run: row.id }).execute();
  if (row.trigger === trigger && row.alert === alert) return row;
  const before = decode<Run['asked']>(row.asked as string);
  const first = before.length === 0 ? [{ trigger: row.trigger, reason: row.reason, at: iso(row.createdAt) }] : before;
  const asked = [...first, { trigger, reason, at: iso(now) }].slice(-MOST_ASKED);
  const changed = await tx
    .updateTable('runs')
    .set({ trigger, reason, alert, asked: encode<unknown[]>(asked), updatedAt: now, expiresAt: expiryOf(ctx, model) })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await ctx.audit.append(tx, actor, 'run.suggested_again', row.id, { model, trigger, reason });
  await ctx.events.emit(tx, 'run.changed', model, { run: row.id, state: 'suggested', from: 'suggested' });
  await followRun(ctx, tx, toRun(changed));
  return changed;
}

/** Ends a suggestion, since a run was begun without it. */
export async function supersedeSuggestion(ctx: RetrainingContext, tx: StoreTx, row: RunRow, by: string): Promise<void> {
  await changeRun(ctx, tx, row, 'cancelled', { decision: `${SUPERSEDED} run ${by}` });
}
