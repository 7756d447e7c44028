import { durationMs, LeewayError, type Matchers, type Silence } from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import { decode, encode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { maintenanceSpans } from '../decide/maintenance.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import type { SilenceSpan } from '../decide/match-silence.ts';
import { asksForSomething, matches } from '../decide/matchers.ts';
import { wakeGroupsOf } from '../groups.ts';
import { promotionGraces } from '../mutings.ts';
import { planSilence } from '../plan-silence.ts';
import { toSilence } from '../rows.ts';

export interface NewSilence {
  /** What an alert must have; at least one of them must ask for something. */
  matchers: Matchers;
  /** Milliseconds; now by default. */
  startsAt?: number;
  /** May be left out with `untilResolved`: then it lasts for 90 days at most. */
  endsAt?: number;
  comment: string;
  actor: string;
  kind?: 'silence' | 'maintenance' | 'grace';
  /** It ends when the last alert that matched is over. */
  untilResolved?: boolean;
  /** It ends when nothing has matched for so long, such as 2d. */
  expireWhenIdle?: string;
  /** Whether channels that know of an alert hear that it is silenced; no by default. */
  tellStart?: boolean;
  /** Whether they hear that it ended over a firing alert; yes by default. */
  tellEnd?: boolean;
}

const MOST_SILENCES = 10_000;
const MOST_MATCHER_BYTES = 20_000;
const UNTIL_RESOLVED_MS = 90 * 86_400_000;

/** Mutes what matches until it ends. What was announced is still told of its end. */
export const createSilence = (ctx: AlertingContext, input: NewSilence): Promise<Silence> =>
  ctx.store.db.transaction().execute((tx) => createSilenceIn(ctx, tx, input));

/** The same, in a transaction that has more to write: a link that is used once. */
export async function createSilenceIn(ctx: AlertingContext, tx: StoreTx, input: NewSilence): Promise<Silence> {
  const now = ctx.clock.now();
  const { matchers, startsAt = now, comment, actor, kind = 'silence', untilResolved = false } = input;
  const endsAt = input.endsAt ?? (untilResolved ? startsAt + UNTIL_RESOLVED_MS : Number.NaN);
  checkMatchers(matchers);
  if (!(endsAt > startsAt) || endsAt <= now) {
    throw new LeewayError('invalid_request', 'endsAt: expected a time after startsAt and after now');
  }
  const { n } = await tx
    .selectFrom('silences')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('endsAt', '>', now)
    .executeTakeFirstOrThrow();
  if (Number(n) >= MOST_SILENCES) {
    throw new LeewayError(
      'wrong_state',
      `there are ${n} silences in force or to come, and no more are taken; end some`,
    );
  }
  const row = {
    id: ctx.newId(kind),
    matchers: encode<unknown>(matchers),
    startsAt,
    endsAt,
    createdBy: actor,
    comment,
    kind,
    untilResolved: untilResolved ? 1 : 0,
    tellStart: input.tellStart ? 1 : 0,
    tellEnd: (input.tellEnd ?? true) ? 1 : 0,
    idleMs: input.expireWhenIdle === undefined ? null : durationMs(input.expireWhenIdle),
    matchedAt: null as number | null,
  };
  await tx.insertInto('silences').values(row).execute();
  await ctx.audit.append(tx, actor, `${kind}.create`, row.id, { matchers, startsAt, endsAt, comment });
  if (startsAt <= now) await touchMatching(ctx, tx, row);
  await planSilence(ctx, tx, row);
  return toSilence(row);
}

function checkMatchers(matchers: Matchers): void {
  if (!asksForSomething(matchers)) {
    throw new LeewayError(
      'invalid_request',
      'matchers: expected at least one label with a value; none would mute everything',
    );
  }
  if (JSON.stringify(matchers).length > MOST_MATCHER_BYTES) {
    throw new LeewayError('invalid_request', `matchers: expected at most ${MOST_MATCHER_BYTES} characters`);
  }
}

/** Moves the end of a silence that is in force or to come. Whoever wants other matchers makes another one. */
export async function changeSilence(
  ctx: AlertingContext,
  { id, endsAt, actor }: { id: string; endsAt: number; actor: string },
): Promise<Silence> {
  return ctx.store.db.transaction().execute(async (tx) => {
    const now = ctx.clock.now();
    const row = await silenceRow(tx, id);
    if (row.endsAt <= now) throw new LeewayError('wrong_state', `silence ${id} is over; make another one`);
    if (!(endsAt > Math.max(now, row.startsAt))) {
      throw new LeewayError('invalid_request', 'endsAt: expected a time after startsAt and after now');
    }
    const changed = { ...row, endsAt };
    await tx.updateTable('silences').set({ endsAt }).where('id', '=', id).execute();
    await ctx.audit.append(tx, actor, 'silence.change', id, { endsAt });
    await touchMatching(ctx, tx, changed);
    await planSilence(ctx, tx, changed);
    return toSilence(changed);
  });
}

/** Ends a silence now. To end one that is over is no mistake; it stays on record. */
export async function expireSilence(
  ctx: AlertingContext,
  { id, actor }: { id: string; actor: string },
): Promise<Silence> {
  return ctx.store.db.transaction().execute((tx) => expireSilenceIn(ctx, tx, { id, actor, why: 'by hand' }));
}

export async function expireSilenceIn(
  ctx: AlertingContext,
  tx: StoreTx,
  { id, actor, why }: { id: string; actor: string; why: string },
): Promise<Silence> {
  const row = await silenceRow(tx, id);
  const now = ctx.clock.now();
  if (row.endsAt <= now) return toSilence(row);
  const ended = { ...row, startsAt: Math.min(row.startsAt, now), endsAt: now };
  await tx.updateTable('silences').set({ startsAt: ended.startsAt, endsAt: now }).where('id', '=', id).execute();
  await ctx.audit.append(tx, actor, 'silence.expire', id, { why });
  await touchMatching(ctx, tx, row);
  await planSilence(ctx, tx, ended);
  return toSilence(ended);
}

async function silenceRow(tx: StoreTx, id: string) {
  // Held until the transaction ends: of two that change it at once, the second sees what the first did.
  const row = await tx
    .updateTable('silences')
    .set((e) => ({ endsAt: e.ref('endsAt') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (!row) throw new LeewayError('unknown_silence', `"${id}"`);
  return row;
}

/**
 * The latest first; over ones too, unless only those in force or to come are wanted. What mutes by itself now is among them:
 * maintenance of the configuration, and the grace after a promotion.
 */
export async function listSilences(
  ctx: AlertingContext,
  { active = false, limit = 200 }: { active?: boolean; limit?: number } = {},
): Promise<Silence[]> {
  const { db } = ctx.store;
  const now = ctx.clock.now();
  const config = ctx.config();
  let query = db.selectFrom('silences').selectAll().orderBy('startsAt', 'desc').orderBy('id').limit(limit);
  if (active) query = query.where('endsAt', '>', now);
  const rows = await query.execute();
  const automatic = [
    ...maintenanceSpans(config.maintenance, now).map((span) => automaticSilence(span, 'in the configuration')),
    ...(await promotionGraces(db, config.models, now)).map((span) =>
      automaticSilence(span, `version ${span.version} serves since then: drift is expected, and not told of`),
    ),
  ];
  return [...automatic, ...rows.map(toSilence)];
}

const automaticSilence = ({ id, kind, matchers, startsAt, endsAt }: SilenceSpan, comment: string): Silence => ({
  id,
  kind,
  automatic: true,
  matchers,
  startsAt: iso(startsAt),
  endsAt: iso(endsAt),
  untilResolved: false,
  expireWhenIdle: null,
  tellStart: false,
  tellEnd: true,
  createdBy: 'leeway',
  comment,
});

/**
 * Whoever looks at the alerts sees them muted or not at once, and their groups are looked at again. Gives when something
 * matched last; null if nothing has.
 */
export async function touchMatching(
  ctx: AlertingContext,
  tx: StoreTx,
  silence: { id: string; matchers: unknown; startsAt: number; matchedAt: number | null },
): Promise<number | null> {
  const root = resolveRoutes(ctx.config().routes);
  const matchers = decode<Matchers>(silence.matchers as string);
  const all = await tx
    .selectFrom('alerts')
    .select(['id', 'model', 'rule', 'state', 'labels', 'resolvedAt'])
    .where((e) => e.or([e('state', '<>', 'resolved'), e('resolvedAt', '>=', silence.matchedAt ?? silence.startsAt)]))
    .execute();
  const seen = all.filter(({ labels }) => matches(matchers, decode<Record<string, string>>(labels)));
  const matching = seen.filter(({ state }) => state !== 'resolved');
  for (const { id, model, rule, state } of matching) {
    await wakeGroupsOf(ctx, tx, root, id);
    await ctx.events.emit(tx, 'alert.changed', model, { alert: id, rule, state });
  }
  const now = ctx.clock.now();
  const last = Math.max(
    ...seen.map(({ resolvedAt }) => resolvedAt ?? now),
    silence.matchedAt ?? Number.NEGATIVE_INFINITY,
  );
  if (!Number.isFinite(last)) return null;
  await tx.updateTable('silences').set({ matchedAt: last }).where('id', '=', silence.id).execute();
  return last;
}
