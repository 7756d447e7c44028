import type { Muting } from '@leeway/contract';
import { encode } from '../store/json.ts';
import type { StoreReader, StoreTx } from '../store/open.ts';
import type { AlertingContext } from './context.ts';
import type { GroupRef } from './groups.ts';

/** An alert of a group as it was when the group was looked at. */
export interface LoggedAlert {
  alert: string;
  state: 'firing' | 'muted' | 'resolved';
  /** What keeps it back: what mutes it, that it flaps, or that it waits for the rate limit in another group. */
  by?: Muting['by'] | 'flapping' | 'rate limit';
  ref?: string;
  text?: string;
}

export interface LogEntry {
  reason: string;
  /** The reason in words. */
  why: string;
  delivery: string | null;
  alerts: LoggedAlert[];
  nextAt: number | null;
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 30;
const PRUNE_JOB = 'prune-notification-log';

/** Notes what was decided about a group and why, unless it is what the last entry says. */
export async function logNotification(
  ctx: AlertingContext,
  tx: StoreTx,
  ref: GroupRef,
  entry: LogEntry,
): Promise<void> {
  const now = ctx.clock.now();
  const last = await lastEntry(tx, ref);
  const alerts = encode<unknown>(entry.alerts.toSorted((a, b) => (a.alert < b.alert ? -1 : 1)));
  const quiet = entry.delivery === null && (entry.reason === 'none' || entry.reason === last?.reason);
  if (quiet && last?.alerts === alerts) {
    // Only when it is looked at next has changed: that is no entry of its own.
    if (last.nextAt === entry.nextAt) return;
    return void (await tx
      .updateTable('notificationLog')
      .set({ nextAt: entry.nextAt })
      .where('id', '=', last.id)
      .execute());
  }
  if (quiet && !last && entry.alerts.length === 0) return;
  const { reason, why, delivery, nextAt } = entry;
  await tx
    .insertInto('notificationLog')
    .values({ ...ref, at: now, reason, why, sent: delivery === null ? 0 : 1, delivery, alerts, nextAt })
    .execute();
  const day = Math.floor(now / DAY_MS);
  if (last && Math.floor(last.at / DAY_MS) === day) return;
  await ctx.jobs.enqueue(tx, { kind: PRUNE_JOB, key: String(day), payload: {}, runAt: (day + 1) * DAY_MS });
}

const lastEntry = (db: StoreReader, { key, channel }: GroupRef) =>
  db
    .selectFrom('notificationLog')
    .select(['id', 'at', 'reason', 'alerts', 'nextAt'])
    .where('key', '=', key)
    .where('channel', '=', channel)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

/** Entries are kept for 30 days. */
export function definePruneLog(ctx: AlertingContext): void {
  ctx.jobs.define(PRUNE_JOB, {
    maxAttempts: 5,
    backoff: () => 60_000,
    handler: async () => async (tx) => {
      await tx
        .deleteFrom('notificationLog')
        .where('at', '<', ctx.clock.now() - KEPT_DAYS * DAY_MS)
        .execute();
    },
  });
}
