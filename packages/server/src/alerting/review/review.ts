import { type AlertsReview, durationMs, monitorOfRule, type RulesReview, type Verdict } from '@leeway/contract';
import { iso } from '../../platform/clock.ts';
import type { AlertingContext } from '../context.ts';
import { type ReviewFacts, reviewRules } from '../decide/review-rules.ts';
import { activeMutings } from '../mutings.ts';
import { type AlertRow, toAlert } from '../rows.ts';

export interface ReviewSpan {
  /** Milliseconds; `to` is not included. */
  from: number;
  to: number;
  model?: string | undefined;
  /** By whose clock it is after hours; that of the first schedule by default, else UTC. */
  zone?: string | undefined;
}

/** Rows of one list in a statement: databases take only so many parameters. */
const CHUNK = 500;

/** Every rule of a span: how often it spoke, and what people made of it. */
export async function reviewOfRules(ctx: AlertingContext, span: ReviewSpan): Promise<RulesReview> {
  const facts = await readFacts(ctx, span, await openIn(ctx, span));
  return { from: iso(span.from), to: iso(span.to), zone: facts.zone, rules: reviewRules(facts) };
}

/** The same, with the alerts themselves and all that people said of them. */
export async function reviewOfAlerts(ctx: AlertingContext, span: ReviewSpan): Promise<AlertsReview> {
  const rows = await openIn(ctx, span);
  const facts = await readFacts(ctx, span, rows);
  const ids = rows.map(({ id }) => id);
  const comments = await inChunks(ids, (some) =>
    ctx.store.db.selectFrom('alertComments').selectAll().where('alert', 'in', some).orderBy('id').execute(),
  );
  const verdicts = await inChunks(ids, (some) =>
    ctx.store.db.selectFrom('alertVerdicts').selectAll().where('alert', 'in', some).orderBy('id').execute(),
  );
  const now = ctx.clock.now();
  const mutings = await activeMutings(ctx, ctx.store.db, now);
  return {
    from: iso(span.from),
    to: iso(span.to),
    zone: facts.zone,
    rules: reviewRules(facts),
    alerts: rows.map((row) => ({
      alert: toAlert(row, mutings, now),
      comments: comments
        .filter(({ alert }) => alert === row.id)
        .map(({ at, actor, text }) => ({ at: iso(at), actor, text })),
      verdicts: verdicts
        .filter(({ alert }) => alert === row.id)
        .map(({ at, actor, verdict, comment }) => ({ at: iso(at), actor, verdict: verdict as Verdict, comment })),
    })),
  };
}

/** Alerts that fired at some time of the span, newest first. */
async function openIn(ctx: AlertingContext, { from, to, model }: ReviewSpan): Promise<AlertRow[]> {
  let query = ctx.store.db
    .selectFrom('alerts')
    .selectAll()
    .where('firedAt', '<', to)
    .where((e) => e.or([e('resolvedAt', 'is', null), e('resolvedAt', '>=', from)]))
    .orderBy('firedAt', 'desc')
    .orderBy('id');
  if (model !== undefined) query = query.where('model', '=', model);
  return query.execute();
}

async function readFacts(ctx: AlertingContext, span: ReviewSpan, rows: readonly AlertRow[]): Promise<ReviewFacts> {
  const { from, to, model } = span;
  const { models, onCall } = ctx.config();
  const [first] = Object.values(onCall.schedules);
  const ids = rows.map(({ id }) => id);
  // Who took an alert is in the audit trail for good; the alert itself forgets it when the acknowledgement ends.
  const acknowledged = await inChunks(ids, (some) =>
    ctx.store.db
      .selectFrom('audit')
      .select(['subject', 'at'])
      .where('action', '=', 'alert.acknowledge')
      .where('subject', 'in', some)
      .orderBy('seq', 'desc')
      .execute(),
  );
  const firstTaken = new Map(acknowledged.map(({ subject, at }) => [subject, at]));
  const alerts = rows.map((row) => ({
    model: row.model,
    rule: row.rule,
    firedAt: row.firedAt ?? row.activeAt,
    resolvedAt: row.resolvedAt,
    acknowledgedAt: firstTaken.get(row.id) ?? null,
    verdict: row.verdict as Verdict | null,
    flapping: row.flapping === 1,
  }));
  const counted = await countWindows(ctx, span);
  const known = models
    .filter(({ name }) => model === undefined || name === model)
    .flatMap((config) =>
      config.rules.map((rule) => {
        const monitor = config.monitors.find(({ name }) => name === monitorOfRule(rule, config));
        return {
          model: config.name,
          rule: rule.name,
          owner: config.owner ?? null,
          severity: typeof rule.severity === 'string' ? rule.severity : null,
          known: true,
          windowMs: durationMs(monitor?.window ?? '1d'),
          windows: counted.get(`${config.name}|${monitor?.name}`) ?? 0,
        };
      }),
    );
  const gone = new Map(
    alerts
      .filter((alert) => !known.some((rule) => rule.model === alert.model && rule.rule === alert.rule))
      .map(({ model: of, rule }) => [
        `${of}|${rule}`,
        { model: of, rule, owner: null, severity: null, known: false, windowMs: durationMs('1d'), windows: 0 },
      ]),
  );
  return {
    from,
    to,
    zone: span.zone ?? first?.zone ?? 'UTC',
    rules: [...known, ...gone.values()],
    alerts,
    messages: await readMessages(ctx, span, rows),
  };
}

/** Windows that were measured, by "model|monitor". */
async function countWindows(ctx: AlertingContext, { from, to }: ReviewSpan): Promise<Map<string, number>> {
  const rows = await ctx.store.db
    .selectFrom('windows')
    .select(['model', 'monitor', (e) => e.fn.countAll().as('n')])
    .where('endAt', '>', from)
    .where('endAt', '<=', to)
    .where('state', '!=', 'open')
    .groupBy(['model', 'monitor'])
    .execute();
  return new Map(rows.map(({ model, monitor, n }) => [`${model}|${monitor}`, Number(n)]));
}

/** Messages that told of firing alerts: each once for every rule. */
async function readMessages(
  ctx: AlertingContext,
  { from, to }: ReviewSpan,
  rows: readonly AlertRow[],
): Promise<ReviewFacts['messages']> {
  const byId = new Map(rows.map(({ id, model, rule }) => [id, { model, rule }]));
  const sent = await inChunks([...byId.keys()], (some) =>
    ctx.store.db
      .selectFrom('deliveries')
      .innerJoin('deliveryAlerts', 'deliveryAlerts.delivery', 'deliveries.id')
      .select(['deliveries.id', 'deliveries.sentAt', 'deliveryAlerts.alert'])
      .where('deliveryAlerts.alert', 'in', some)
      .where('deliveries.state', '=', 'sent')
      .where('deliveries.reason', 'not in', ['resolved', 'all resolved'])
      .where('deliveries.sentAt', '>=', from)
      .where('deliveries.sentAt', '<', to)
      .execute(),
  );
  const messages = new Map<string, { model: string; rule: string; at: number }>();
  for (const { id, sentAt, alert } of sent) {
    const about = byId.get(alert);
    if (about && sentAt !== null) messages.set(`${id}|${about.model}|${about.rule}`, { ...about, at: sentAt });
  }
  return [...messages.values()];
}

async function inChunks<T>(ids: readonly string[], read: (some: string[]) => Promise<T[]>): Promise<T[]> {
  const found: T[] = [];
  for (let i = 0; i < ids.length; i += CHUNK) found.push(...(await read(ids.slice(i, i + CHUNK))));
  return found;
}
