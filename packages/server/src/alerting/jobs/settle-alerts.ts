import type { Matchers } from '@leeway/contract';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import { decode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { AlertingContext } from '../context.ts';
import { resolveRoutes } from '../decide/match-route.ts';
import { matches } from '../decide/matchers.ts';
import { type GroupRow, heldOf } from '../group-view.ts';
import { dueOf, flushBy, SETTLE_JOB } from '../groups.ts';
import { expireSilenceIn } from '../verbs/silences.ts';

/** After something happened to alerts: what they had inhibited is told, and silences that were about them end. */
export function defineSettleAlerts(ctx: AlertingContext): void {
  ctx.jobs.define(SETTLE_JOB, {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(1_000, 60_000),
    // All is read in the transaction that takes the job away, so that whoever found it there is heard.
    handler: async () => async (tx) => {
      await wakeInhibited(ctx, tx);
      await endResolvedSilences(ctx, tx);
    },
  });
}

/** Wakes the groups that keep an alert back for the sake of one that is over. */
async function wakeInhibited(ctx: AlertingContext, tx: StoreTx): Promise<void> {
  const groups = await tx.selectFrom('groups').selectAll().where('held', 'like', '%"by":"inhibition"%').execute();
  const sources = new Set(groups.flatMap(inhibitorsOf));
  if (sources.size === 0) return;
  const open = await tx
    .selectFrom('alerts')
    .select('id')
    .where('state', 'in', ['firing', 'recovering'])
    .where('id', 'in', [...sources].slice(0, 5_000))
    .execute();
  const still = new Set(open.map(({ id }) => id));
  const root = resolveRoutes(ctx.config().routes);
  for (const group of groups) {
    if (inhibitorsOf(group).every((id) => still.has(id))) continue;
    await flushBy(ctx, tx, group, group.flushAt, dueOf(ctx, root, group));
  }
}

const inhibitorsOf = (group: GroupRow): string[] =>
  Object.values(heldOf(group).alerts).flatMap(({ by, ref }) => (by === 'inhibition' ? ref : []));

/** Ends the silences that were to last until what they matched is over. */
async function endResolvedSilences(ctx: AlertingContext, tx: StoreTx): Promise<void> {
  const now = ctx.clock.now();
  const silences = await tx
    .selectFrom('silences')
    .select(['id', 'matchers'])
    .where('untilResolved', '=', 1)
    .where('matchedAt', 'is not', null)
    .where('startsAt', '<=', now)
    .where('endsAt', '>', now)
    .execute();
  if (silences.length === 0) return;
  const alerts = await tx
    .selectFrom('alerts')
    .select('labels')
    .where('state', 'in', ['firing', 'recovering'])
    .execute();
  const labels = alerts.map((alert) => decode<Record<string, string>>(alert.labels));
  for (const { id, matchers } of silences) {
    const wanted = decode<Matchers>(matchers as string);
    if (labels.some((of) => matches(wanted, of))) continue;
    await expireSilenceIn(ctx, tx, { id, actor: 'leeway', why: 'the last alert that it matched is over' });
  }
}
