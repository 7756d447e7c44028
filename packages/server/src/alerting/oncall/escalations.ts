import type { Alert } from '@leeway/contract';
import type { Selectable } from 'kysely';
import { exponentialBackoff } from '../../jobs/jobs.ts';
import { decode, encode } from '../../store/json.ts';
import type { StoreTx } from '../../store/open.ts';
import type { Schema } from '../../store/schema.ts';
import type { AlertingContext } from '../context.ts';
import {
  beginEscalation,
  type EscalationEvent,
  type EscalationPolicy,
  type EscalationState,
  escalate,
  type FiredStep,
  snapshotPolicy,
} from '../decide/escalate.ts';
import { matchRoutes, resolveRoutes } from '../decide/match-route.ts';
import { ESCALATION, joinGroup } from '../groups.ts';
import { activeMutings } from '../mutings.ts';
import { toAlert } from '../rows.ts';
import { findTargets, type Told } from './find-targets.ts';
import { withdrawSteps } from './withdraw-steps.ts';

const ESCALATE_JOB = 'escalate';

/** A muted alert is looked at again so often: what mutes it may end before its time. */
const MUTED_MS = 60_000;

interface EscalationRef {
  alert: string;
  policy: string;
}

type Row = Selectable<Schema['escalations']>;

export function defineEscalate(ctx: AlertingContext): void {
  ctx.jobs.define<EscalationRef>(ESCALATE_JOB, {
    // One transaction: a step is gone through once or not at all, and it must be in the end.
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: exponentialBackoff(1_000, 60_000),
    handler:
      async ({ payload }) =>
      (tx) =>
        takeStep(ctx, tx, payload),
  });
}

/**
 * Sends an alert that begins to fire on its way through the escalations of its routes. One that comes back starts anew. Called
 * again for an alert that is on its way, as when its severity has risen, it adds what is missing.
 */
export async function startEscalations(
  ctx: AlertingContext,
  tx: StoreTx,
  alert: Alert,
  { again }: { again: boolean },
): Promise<void> {
  const { routes, onCall } = ctx.config();
  if (Object.keys(onCall.escalations).length === 0) return;
  const names = new Set(
    matchRoutes(resolveRoutes(routes), alert.labels).flatMap(({ route }) => route.escalation ?? []),
  );
  for (const policy of names) {
    const config = onCall.escalations[policy];
    if (!config?.severities.includes(alert.severity)) continue;
    const document = snapshotPolicy(config);
    const old = await rowOf(tx, { alert: alert.id, policy });
    if (old && !again) continue;
    const state = beginEscalation(document, ctx.clock.now());
    const generation = (old?.generation ?? 0) + 1;
    const values = { document: encode<unknown>(document), generation, ...state };
    await tx
      .insertInto('escalations')
      .values({ alert: alert.id, policy, ...values })
      .onConflict((c) => c.columns(['alert', 'policy']).doUpdateSet(values))
      .execute();
    await plan(ctx, tx, { alert: alert.id, policy }, state);
    if (alert.acknowledgedBy !== null) await change(ctx, tx, { alert: alert.id, policy }, 'acknowledged');
  }
}

/** Somebody has the alert in hand: no further step, and what is on its way out and was not sent yet is withdrawn. */
export async function holdEscalations(ctx: AlertingContext, tx: StoreTx, alert: string, by: string): Promise<void> {
  for (const ref of await refsOf(tx, alert)) await change(ctx, tx, ref, 'acknowledged');
  await withdrawSteps(ctx, tx, alert, `acknowledged by ${by}`);
}

/** Nobody has it in hand any more: the wait for the next step goes on. */
export async function resumeEscalations(ctx: AlertingContext, tx: StoreTx, alert: string): Promise<void> {
  for (const ref of await refsOf(tx, alert)) await change(ctx, tx, ref, 'unacknowledged');
}

/** Gives the alert of an escalation its next step, if it still wants one. Does nothing if another replica was here. */
async function takeStep(ctx: AlertingContext, tx: StoreTx, ref: EscalationRef): Promise<void> {
  const row = await lockRow(tx, ref);
  const now = ctx.clock.now();
  if (!row || row.dueAt === null || row.dueAt > now) return;
  const found = await tx.selectFrom('alerts').selectAll().where('id', '=', ref.alert).executeTakeFirst();
  if (found?.state !== 'firing' && found?.state !== 'recovering') return void (await change(ctx, tx, ref, 'ended'));
  const alert = toAlert(found, await activeMutings(ctx, tx, now, [found.model]), now);
  if (alert.acknowledgedBy !== null) return void (await change(ctx, tx, ref, 'acknowledged'));
  if (alert.muted) {
    const until = alert.muted.until === null ? Number.POSITIVE_INFINITY : Date.parse(alert.muted.until);
    return void (await change(ctx, tx, ref, { mutedUntil: Math.min(until, now + MUTED_MS) }));
  }
  const step = await change(ctx, tx, ref, 'due');
  if (step) await tell(ctx, tx, row, alert, step);
}

/** Writes what an event makes of an escalation, and the job of its next step. */
async function change(
  ctx: AlertingContext,
  tx: StoreTx,
  ref: EscalationRef,
  event: EscalationEvent,
): Promise<FiredStep | null> {
  const row = await lockRow(tx, ref);
  if (!row) return null;
  const before = stateOf(row);
  const { state, fire } = escalate(decode(row.document as string), before, event, ctx.clock.now());
  if (state === before) return fire;
  await tx
    .updateTable('escalations')
    .set(state)
    .where('alert', '=', ref.alert)
    .where('policy', '=', ref.policy)
    .execute();
  await plan(ctx, tx, ref, state);
  return fire;
}

async function plan(ctx: AlertingContext, tx: StoreTx, ref: EscalationRef, { dueAt }: EscalationState): Promise<void> {
  if (dueAt === null) return;
  const key = `${ref.alert}|${ref.policy}@${dueAt}`;
  await ctx.jobs.enqueue(tx, { kind: ESCALATE_JOB, key, payload: ref, runAt: dueAt });
}

/** Tells whom the step names: a group of the alert alone, so that silences, the log and the end are those of every group. */
async function tell(
  ctx: AlertingContext,
  tx: StoreTx,
  row: Row,
  alert: Alert,
  { loop, step }: FiredStep,
): Promise<void> {
  const { policy, generation } = row;
  const now = ctx.clock.now();
  const notify = decode<EscalationPolicy>(row.document as string).steps[step]?.notify ?? [];
  const told = findTargets(ctx.config(), notify, now);
  const taken = await tx
    .insertInto('escalationSteps')
    .values({ alert: alert.id, policy, generation, loop, step, at: now, told: encode<unknown>(told) })
    .onConflict((c) => c.doNothing())
    .returning('alert')
    .executeTakeFirst();
  if (!taken) return;
  const labels = { model: alert.model, escalation: policy, step: String(step + 1) };
  const key = `escalation:${policy}:${alert.id}`;
  for (const channel of new Set(told.flatMap(({ channels }) => channels))) {
    await joinGroup(ctx, tx, { key, channel, route: ESCALATION, labels }, alert.id, { again: true });
    await tx
      .updateTable('groups')
      .set({ labels: encode(labels) })
      .where('key', '=', key)
      .where('channel', '=', channel)
      .execute();
  }
  const round = loop > 0 ? `, round ${loop + 1}` : '';
  const why = `escalation ${policy}, step ${step + 1}${round}: ${told.map(describeTold).join('; ')}`;
  await tx
    .insertInto('alertHistory')
    .values({ alert: alert.id, at: now, fromState: alert.state, toState: alert.state, why })
    .execute();
  await ctx.events.emit(tx, 'alert.changed', alert.model, { alert: alert.id, rule: alert.rule, state: alert.state });
}

const describeTold = ({ target, person, channels }: Told): string => {
  const who = person !== null && target !== `person:${person}` ? `${target} (${person})` : target;
  return channels.length > 0 ? `${who} by ${channels.join(', ')}` : `${who} could not be told: no channel`;
};

const rowOf = (tx: StoreTx, { alert, policy }: EscalationRef): Promise<Row | undefined> =>
  tx.selectFrom('escalations').selectAll().where('alert', '=', alert).where('policy', '=', policy).executeTakeFirst();

/** The row, held until the transaction ends: two replicas do not both decide on it. */
const lockRow = (tx: StoreTx, { alert, policy }: EscalationRef): Promise<Row | undefined> =>
  tx
    .updateTable('escalations')
    .set((e) => ({ step: e.ref('step') }))
    .where('alert', '=', alert)
    .where('policy', '=', policy)
    .returningAll()
    .executeTakeFirst();

const refsOf = (tx: StoreTx, alert: string): Promise<EscalationRef[]> =>
  tx.selectFrom('escalations').select(['alert', 'policy']).where('alert', '=', alert).orderBy('policy').execute();

const stateOf = ({ status, loop, step, dueAt, remainingMs }: Row): EscalationState => ({
  status: status as EscalationState['status'],
  loop,
  step,
  dueAt,
  remainingMs,
});
