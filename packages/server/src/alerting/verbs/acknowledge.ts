import { type Alert, durationMs, LeewayError } from '@leeway/contract';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import { formatTime } from '../../notify/format.ts';
import { iso } from '../../platform/clock.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import { wakeGroupsOf } from '../groups.ts';
import { activeMutings } from '../mutings.ts';
import { holdEscalations, resumeEscalations } from '../oncall/escalations.ts';
import { passAcknowledgement } from '../oncall/pass-acknowledgement.ts';
import { recordAct } from '../oncall/record-act.ts';
import { type AlertRow, alertRow, toAlert } from '../rows.ts';

const EXPIRY_JOB = 'acknowledgement-ends';

export interface Acknowledgement {
  id: string;
  actor: string;
  note?: string;
  /** When it counts as not acknowledged again, in milliseconds; null for never. By default what the configuration says. */
  until?: number | null;
}

/**
 * Somebody takes charge of an open alert: it is not repeated, its escalations stop, and everybody sees who has it. The first one
 * counts; a later one that names a time changes until when, and takes it over.
 */
export async function acknowledge(ctx: AlertingContext, input: Acknowledgement): Promise<Alert> {
  return ctx.store.db.transaction().execute((tx) => acknowledgeIn(ctx, tx, input));
}

/** The same, in a transaction that has more to write. */
export async function acknowledgeIn(ctx: AlertingContext, tx: StoreTx, input: Acknowledgement): Promise<Alert> {
  const { id, actor, note = '', until } = input;
  const now = ctx.clock.now();
  const row = await lockedRow(tx, id);
  if (row.state === 'resolved')
    throw new LeewayError('wrong_state', `alert ${id} is over; only open ones are acknowledged`);
  if (until !== undefined && until !== null && until <= now)
    throw new LeewayError('invalid_request', `until: expected a time after now (${iso(now)}), got ${iso(until)}`);
  if (row.acknowledgedBy !== null && until === undefined) return shown(ctx, tx, row, now);
  const { acknowledgeFor } = ctx.config().onCall;
  const ends = until !== undefined ? until : acknowledgeFor ? now + durationMs(acknowledgeFor) : null;
  const taken = { acknowledgedBy: actor, acknowledgedAt: now, acknowledgedUntil: ends };
  await tx.updateTable('alerts').set(taken).where('id', '=', id).execute();
  const limit = ends === null ? '' : ` until ${formatTime(ends)}`;
  await recordAct(ctx, tx, row, {
    actor,
    action: 'alert.acknowledge',
    why: `acknowledged by ${actor}${limit}${note ? `: ${note}` : ''}`,
    detail: { note, until: ends },
  });
  await holdEscalations(ctx, tx, id, actor);
  await passAcknowledgement(ctx, tx, { alert: id, at: now });
  if (ends !== null) {
    await ctx.jobs.enqueue(tx, { kind: EXPIRY_JOB, key: `${id}@${ends}`, payload: { alert: id }, runAt: ends });
  }
  return shown(ctx, tx, { ...row, ...taken }, now);
}

/** Gives an alert back: it is repeated and escalates again. Of one that nobody has it is no mistake. */
export async function unacknowledge(
  ctx: AlertingContext,
  { id, actor, note = '' }: { id: string; actor: string; note?: string },
): Promise<Alert> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const row = await lockedRow(tx, id);
    if (row.acknowledgedBy === null || row.state === 'resolved') return shown(ctx, tx, row, ctx.clock.now());
    const why = `acknowledgement of ${row.acknowledgedBy} taken back by ${actor}${note ? `: ${note}` : ''}`;
    return release(ctx, tx, row, { actor, action: 'alert.unacknowledge', why, detail: { note } });
  });
}

/** Defines the job by which acknowledgements run out. */
export function defineAcknowledgementEnds(ctx: AlertingContext): void {
  ctx.jobs.define<{ alert: string }>(EXPIRY_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(1_000, 60_000),
    handler:
      async ({ payload: { alert } }) =>
      async (tx) => {
        const row = await lockedRow(tx, alert).catch(gone);
        // It may have been taken back, prolonged or ended since.
        if (!row || row.state === 'resolved' || row.acknowledgedUntil === null) return;
        if (row.acknowledgedUntil > ctx.clock.now()) return;
        const why = `the acknowledgement of ${row.acknowledgedBy} has run out`;
        await release(ctx, tx, row, { actor: 'leeway', action: 'alert.acknowledgement-ended', why });
      },
  });
}

async function release(
  ctx: AlertingContext,
  tx: StoreTx,
  row: AlertRow,
  act: Parameters<typeof recordAct>[3],
): Promise<Alert> {
  const free = { acknowledgedBy: null, acknowledgedAt: null, acknowledgedUntil: null };
  await tx.updateTable('alerts').set(free).where('id', '=', row.id).execute();
  await recordAct(ctx, tx, row, act);
  await resumeEscalations(ctx, tx, row.id);
  await wakeGroupsOf(ctx, tx, resolveRoutes(ctx.config().routes), row.id);
  return shown(ctx, tx, { ...row, ...free }, ctx.clock.now());
}

/** The row, held until the transaction ends, so that of two who act at once the second sees what the first did. */
async function lockedRow(tx: StoreTx, id: string): Promise<AlertRow> {
  await tx
    .updateTable('alerts')
    .set((e) => ({ state: e.ref('state') }))
    .where('id', '=', id)
    .execute();
  return alertRow(tx, id);
}

/** An alert that never fired is deleted when it is over. */
function gone(error: unknown): null {
  if (error instanceof LeewayError && error.code === 'unknown_alert') return null;
  throw error;
}

const shown = async (ctx: AlertingContext, tx: StoreTx, row: AlertRow, now: number): Promise<Alert> =>
  toAlert(row, await activeMutings(ctx, tx, now, [row.model]), now);
