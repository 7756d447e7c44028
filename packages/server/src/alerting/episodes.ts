import { createHash } from 'node:crypto';
import type { Cause, Measurement, ModelConfig, RuleConfig } from '@leeway/contract';
import { formatWindow } from '../notify/format.ts';
import { defaultSummary } from '../notify/message.ts';
import { decode, encode } from '../store/json.ts';
import type { StoreTx } from '../store/open.ts';
import type { AlertFiringHook, AlertingContext } from './context.ts';
import { alertLabels } from './decide/alert-labels.ts';
import { findCause } from './decide/find-cause.ts';
import type { Judgement } from './decide/judge-measurement.ts';
import type { Route } from './decide/match-route.ts';
import type { RuleMemory } from './decide/next-state.ts';
import { joinGroups, wakeGroupsOf } from './groups.ts';
import { renderSummary } from './render-summary.ts';
import { type AlertRow, activeSilences, type Evidence, toAlert } from './rows.ts';

/** An alert is one episode of one instance of a rule; the same episode has the same id, however often it is evaluated. */
export function alertId(model: string, rule: string, instance: string, fingerprint: string, since: number): string {
  const hash = createHash('sha256').update(JSON.stringify([model, rule, instance, fingerprint, since]));
  return `alert_${hash.digest('hex').slice(0, 20)}`;
}

export interface EpisodeInput {
  id: string;
  model: ModelConfig;
  monitor: string;
  rule: RuleConfig;
  instance: string;
  measurement: Measurement;
  measurements: readonly Measurement[];
  judgement: Judgement;
  after: RuleMemory;
  /** Version that served. */
  version: string;
  windowStart: number;
  windowEnd: number;
}

/** Writes the alert of an episode that is open after this window. */
export async function writeEpisode(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  hooks: readonly AlertFiringHook[],
  input: EpisodeInput,
): Promise<void> {
  const { id, judgement } = input;
  const now = ctx.clock.now();
  const old = await tx.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
  const { status, noData } = input.after.current;
  const fires = status !== 'pending';
  const row: AlertRow = {
    ...described(input, old, now),
    state: status,
    noData: noData ? 1 : 0,
    firedAt: fires ? (old?.firedAt ?? now) : (old?.firedAt ?? null),
    resolvedAt: null,
  };
  const { id: _, ...values } = row;
  await tx
    .insertInto('alerts')
    .values(row)
    .onConflict((c) => c.column('id').doUpdateSet(values))
    .execute();

  const was = old?.state ?? 'inactive';
  const fired = was === 'firing' || was === 'recovering';
  if (was !== status) await record(ctx, tx, row, was, status, judgement.why);
  else if (old?.noData !== row.noData) await tell(ctx, tx, row);
  if (fires) await joinGroups(ctx, tx, root, { id, labels: decode(row.labels) });
  // Fewer breaches after a revision than before: what was announced is taken back.
  if (fired && !fires) await wakeGroupsOf(ctx, tx, root, id);
  if (fires && !fired) {
    // It may still be a member whose end was not told yet: then the group has to look again too.
    if (old) await wakeGroupsOf(ctx, tx, root, id);
    const alert = toAlert(row, await activeSilences(tx, now), now);
    for (const hook of hooks) await hook(tx, alert);
  }
}

/** Ends an episode. One that never fired leaves nothing behind. */
export async function endEpisode(
  ctx: AlertingContext,
  tx: StoreTx,
  root: Route,
  id: string,
  why: string,
  noData: boolean,
): Promise<void> {
  const old = await tx.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
  if (!old || old.state === 'resolved') return;
  if (old.firedAt === null) {
    await tx.deleteFrom('alertHistory').where('alert', '=', id).execute();
    await tx.deleteFrom('alerts').where('id', '=', id).execute();
    await tell(ctx, tx, { ...old, state: 'inactive' });
    return;
  }
  const evidence = encode<unknown>({ ...decode<Evidence>(old.evidence as string), why });
  const row: AlertRow = { ...old, state: 'resolved', resolvedAt: ctx.clock.now(), noData: noData ? 1 : 0, evidence };
  const { state, resolvedAt, noData: flag } = row;
  await tx.updateTable('alerts').set({ state, resolvedAt, noData: flag, evidence }).where('id', '=', id).execute();
  await record(ctx, tx, row, old.state, 'resolved', why);
  await wakeGroupsOf(ctx, tx, root, id);
}

/** What the alert says. Its numbers stay those of the last bad window: of a later, better one it says only how it was. */
function described(
  input: EpisodeInput,
  old: AlertRow | undefined,
  now: number,
): Omit<AlertRow, 'state' | 'noData' | 'firedAt' | 'resolvedAt'> {
  const { id, model, monitor, rule, instance, measurement, judgement, version } = input;
  const wording = {
    severity: rule.severity,
    labels: encode(alertLabels(model, monitor, rule, measurement)),
    runbook: rule.runbook ?? null,
  };
  const bad = judgement.verdict === 'breach' || (judgement.verdict === 'no_data' && rule.noData === 'alert');
  if (old && !bad) {
    const evidence = { ...decode<Evidence>(old.evidence as string), why: judgement.why };
    return { ...old, ...wording, evidence: encode<unknown>(evidence) };
  }
  const { column, slice, lower, upper, n, coverage, reference } = measurement;
  const { value, threshold, why } = judgement;
  const cause = judgement.verdict === 'breach' ? causeOf(input) : null;
  const otherwise = defaultSummary({ metric: rule.metric, column, slice, value, threshold });
  const evidence: Evidence = { lower, upper, n, coverage, reference, why };
  return {
    id,
    model: model.name,
    rule: rule.name,
    instance,
    metric: rule.metric,
    column,
    slice,
    version,
    ...wording,
    value,
    threshold,
    windowStart: input.windowStart,
    windowEnd: input.windowEnd,
    summary: rule.summary ? renderSummary(rule.summary, variables(input, cause), otherwise) : otherwise,
    cause: cause && encode<unknown>(cause),
    evidence: encode<unknown>(evidence),
    activeAt: old?.activeAt ?? now,
    acknowledgedBy: old?.acknowledgedBy ?? null,
    acknowledgedAt: old?.acknowledgedAt ?? null,
    acknowledgedUntil: old?.acknowledgedUntil ?? null,
    assignee: old?.assignee ?? null,
    verdict: old?.verdict ?? null,
    certainty: 'confirmed',
    cost: null,
    flapping: old?.flapping ?? 0,
  };
}

function causeOf({ model, measurement, measurements, judgement }: EpisodeInput): Cause {
  const { value, threshold } = judgement;
  const worse = value !== null && threshold !== null && value < threshold ? 'lower' : 'higher';
  return findCause({ subject: measurement, measurements, columns: model.columns, worse });
}

function variables({ model, rule, measurement, judgement, windowStart, windowEnd }: EpisodeInput, cause: Cause | null) {
  const { column, slice } = measurement;
  const { value, threshold } = judgement;
  const window = formatWindow(windowStart, windowEnd);
  return {
    rule: rule.name,
    model: model.name,
    metric: rule.metric,
    value,
    threshold,
    column,
    slice,
    window,
    cause: cause?.summary ?? '',
  };
}

async function record(
  ctx: AlertingContext,
  tx: StoreTx,
  alert: AlertRow,
  fromState: string,
  toState: string,
  why: string,
): Promise<void> {
  await tx
    .insertInto('alertHistory')
    .values({ alert: alert.id, at: ctx.clock.now(), fromState, toState, why })
    .execute();
  await tell(ctx, tx, alert);
}

async function tell(ctx: AlertingContext, tx: StoreTx, { id, model, rule, state }: AlertRow): Promise<void> {
  await ctx.events.emit(tx, 'alert.changed', model, { alert: id, rule, state });
}
