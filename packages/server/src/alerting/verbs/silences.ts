import { LeewayError, type Silence } from '@leeway/contract';
import { encode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import { matches } from '../decide/match-silence.ts';
import { wakeGroupsOf } from '../groups.ts';
import { toAlert, toSilence } from '../rows.ts';

export interface NewSilence {
  /** Label values that an alert must have; at least one. */
  matchers: Record<string, string>;
  /** Milliseconds; now by default. */
  startsAt?: number;
  endsAt: number;
  comment: string;
  actor: string;
}

/** Mutes what matches until it ends. What was announced is still told of its end. */
export async function createSilence(ctx: AlertingContext, input: NewSilence): Promise<Silence> {
  const now = ctx.clock.now();
  const { matchers, startsAt = now, endsAt, comment, actor } = input;
  if (!Object.values(matchers).some((value) => value !== '')) {
    throw new LeewayError(
      'invalid_request',
      'matchers: expected at least one label with a value; none would mute everything',
    );
  }
  if (!(endsAt > startsAt) || endsAt <= now) {
    throw new LeewayError('invalid_request', 'endsAt: expected a time after startsAt and after now');
  }
  const row = {
    id: ctx.newId('silence'),
    matchers: encode(matchers),
    startsAt,
    endsAt,
    createdBy: actor,
    comment,
  };
  await ctx.store.db.transaction().execute(async (tx) => {
    await tx.insertInto('silences').values(row).execute();
    await ctx.audit.append(tx, actor, 'silence.create', row.id, { matchers, startsAt, endsAt, comment });
    await touchMatching(ctx, tx, matchers);
  });
  return toSilence(row);
}

/** Ends a silence now. To end one that is over is no mistake; it stays on record. */
export async function expireSilence(
  ctx: AlertingContext,
  { id, actor }: { id: string; actor: string },
): Promise<Silence> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('silences').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new LeewayError('unknown_silence', `"${id}"`);
    const now = ctx.clock.now();
    if (row.endsAt <= now) return toSilence(row);
    const ended = { ...row, startsAt: Math.min(row.startsAt, now), endsAt: now };
    await tx.updateTable('silences').set({ startsAt: ended.startsAt, endsAt: now }).where('id', '=', id).execute();
    await ctx.audit.append(tx, actor, 'silence.expire', id);
    await touchMatching(ctx, tx, toSilence(row).matchers);
    return toSilence(ended);
  });
}

/** The latest first; over ones too, unless only those in force or to come are wanted. */
export async function listSilences(
  ctx: AlertingContext,
  { active = false, limit = 200 }: { active?: boolean; limit?: number } = {},
): Promise<Silence[]> {
  let query = ctx.store.db.selectFrom('silences').selectAll().orderBy('startsAt', 'desc').orderBy('id').limit(limit);
  if (active) query = query.where('endsAt', '>', ctx.clock.now());
  return (await query.execute()).map(toSilence);
}

/** Whoever looks at the alerts sees them muted or not at once, and their groups are looked at again. */
async function touchMatching(ctx: AlertingContext, tx: StoreTx, matchers: Record<string, string>): Promise<void> {
  const root = resolveRoutes(ctx.config().routes);
  const rows = await tx.selectFrom('alerts').selectAll().where('state', '<>', 'resolved').execute();
  for (const row of rows) {
    const { id, labels, rule, state, model } = toAlert(row, [], 0);
    if (!matches(matchers, labels)) continue;
    await wakeGroupsOf(ctx, tx, root, id);
    await ctx.events.emit(tx, 'alert.changed', model, { alert: id, rule, state });
  }
}
