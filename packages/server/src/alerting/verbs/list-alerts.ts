import {
  type Alert,
  type AlertDetail,
  type AlertState,
  type Delivery,
  LeewayError,
  type Matchers,
  type Verdict,
} from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import { decode } from '../../store/json.ts';
import type { AlertingContext } from '../context.ts';
import { matches } from '../decide/matchers.ts';
import { activeMutings } from '../mutings.ts';
import { alertRow, toAlert, toDelivery } from '../rows.ts';

export interface AlertFilter {
  model?: string | undefined;
  rule?: string | undefined;
  /** `open` is all but resolved. */
  state?: AlertState | 'open' | undefined;
  severity?: Alert['severity'] | undefined;
  /** Matchers that the labels of an alert must meet. */
  labels?: Matchers | undefined;
  /** "" for those that are nobody's. */
  assignee?: string | undefined;
  /** `none` for those of which nobody has said anything. */
  verdict?: Verdict | 'none' | undefined;
  /** Whether people are kept from being told of it now. */
  muted?: boolean | undefined;
  /** Only alerts that began at this time or later, and before that one; milliseconds. */
  from?: number | undefined;
  to?: number | undefined;
  /** What the page before gave as `next`. */
  cursor?: string | undefined;
  /** 200 by default. */
  limit?: number | undefined;
}

export interface AlertPage {
  alerts: Alert[];
  /** For the next page; null if this is the last. */
  next: string | null;
}

/** Rows that are read at once where each has to be looked at. */
const SCAN = 500;

/** Alerts, those that began last first. */
export async function pageAlerts(ctx: AlertingContext, filter: AlertFilter = {}): Promise<AlertPage> {
  const { labels, muted, limit = 200 } = filter;
  const now = ctx.clock.now();
  const silences = await activeMutings(ctx, ctx.store.db, now);
  const alerts: Alert[] = [];
  let cursor = filter.cursor === undefined ? null : parseCursor(filter.cursor);
  for (;;) {
    const wanted = labels || muted !== undefined ? SCAN : limit + 1;
    let query = selectAlerts(ctx, filter).limit(wanted);
    if (cursor) {
      const { at, id } = cursor;
      query = query.where((e) => e.or([e('activeAt', '<', at), e.and([e('activeAt', '=', at), e('id', '>', id)])]));
    }
    const rows = await query.execute();
    for (const row of rows) {
      if (labels && !matches(labels, decode<Record<string, string>>(row.labels))) continue;
      const alert = toAlert(row, silences, now);
      if (muted !== undefined && (alert.muted !== null) !== muted) continue;
      if (alerts.length === limit) {
        const last = alerts.at(-1) as Alert;
        return { alerts, next: `${Date.parse(last.activeAt)}.${last.id}` };
      }
      alerts.push(alert);
    }
    const last = rows.at(-1);
    if (!last || rows.length < wanted) return { alerts, next: null };
    cursor = { at: last.activeAt, id: last.id };
  }
}

/** The first page, for who wants no more. */
export const listAlerts = async (ctx: AlertingContext, filter: AlertFilter = {}): Promise<Alert[]> =>
  (await pageAlerts(ctx, filter)).alerts;

function selectAlerts(ctx: AlertingContext, filter: AlertFilter) {
  const { model, rule, state, severity, assignee, verdict, from, to } = filter;
  let query = ctx.store.db.selectFrom('alerts').selectAll().orderBy('activeAt', 'desc').orderBy('id');
  if (model !== undefined) query = query.where('model', '=', model);
  if (rule !== undefined) query = query.where('rule', '=', rule);
  if (state === 'open') query = query.where('state', '<>', 'resolved');
  else if (state !== undefined) query = query.where('state', '=', state);
  if (severity !== undefined) query = query.where('severity', '=', severity);
  if (assignee === '') query = query.where('assignee', 'is', null);
  else if (assignee !== undefined) query = query.where('assignee', '=', assignee);
  if (verdict === 'none') query = query.where('verdict', 'is', null);
  else if (verdict !== undefined) query = query.where('verdict', '=', verdict);
  if (from !== undefined) query = query.where('activeAt', '>=', from);
  if (to !== undefined) query = query.where('activeAt', '<', to);
  return query;
}

function parseCursor(cursor: string): { at: number; id: string } {
  const match = /^(\d{1,16})\.([\w-]{1,100})$/.exec(cursor);
  if (!match) throw new LeewayError('invalid_request', `cursor: expected "next" of the page before, got "${cursor}"`);
  return { at: Number(match[1]), id: match[2] as string };
}

/** An alert with what happened to it, what people said of it, and what was sent about it. */
export async function getAlert(ctx: AlertingContext, id: string): Promise<AlertDetail> {
  const { db } = ctx.store;
  const now = ctx.clock.now();
  const row = await alertRow(db, id);
  const history = await db.selectFrom('alertHistory').selectAll().where('alert', '=', id).orderBy('id').execute();
  const comments = await db.selectFrom('alertComments').selectAll().where('alert', '=', id).orderBy('id').execute();
  const verdicts = await db.selectFrom('alertVerdicts').selectAll().where('alert', '=', id).orderBy('id').execute();
  const deliveries = await db
    .selectFrom('deliveries')
    .innerJoin('deliveryAlerts', 'deliveryAlerts.delivery', 'deliveries.id')
    .selectAll('deliveries')
    .where('deliveryAlerts.alert', '=', id)
    .orderBy('deliveries.createdAt')
    .execute();
  return {
    alert: toAlert(row, await activeMutings(ctx, db, now), now),
    history: history.map(({ at, fromState, toState, why }) => ({ at: iso(at), from: fromState, to: toState, why })),
    comments: comments.map(({ at, actor, text }) => ({ at: iso(at), actor, text })),
    verdicts: verdicts.map(({ at, actor, verdict, comment }) => ({
      at: iso(at),
      actor,
      verdict: verdict as Verdict,
      comment,
    })),
    deliveries: deliveries.map(toDelivery),
  };
}

/** Messages to channels, the latest first. */
export async function listDeliveries(
  ctx: AlertingContext,
  { channel, state, limit = 200 }: { channel?: string; state?: Delivery['state']; limit?: number } = {},
): Promise<Delivery[]> {
  let query = ctx.store.db.selectFrom('deliveries').selectAll().orderBy('createdAt', 'desc').orderBy('id').limit(limit);
  if (channel !== undefined) query = query.where('channel', '=', channel);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.execute()).map(toDelivery);
}
