import { createHash } from 'node:crypto';
import {
  type Action,
  type ActionConfig,
  type ActionState,
  type Alert,
  durationMs,
  LeewayError,
} from '@leeway/contract';
import { exponentialBackoff, RetryLater } from '../jobs/jobs.ts';
import { plain } from '../notify/format.ts';
import { redact } from '../notify/secret.ts';
import { encode } from '../store/json.ts';
import { lockInTx } from '../store/lock.ts';
import type { StoreTx } from '../store/open.ts';
import { type ActionDecision, decideAction } from './decide/decide-action.ts';
import { factsOf, givenOf, labelsSince } from './facts.ts';
import type { ActionKind, ActionOutcome, ActionsContext, Plan } from './kind.ts';
import { ACTIONS } from './kinds/index.ts';
import { type ActionFilter, type ActionRow, listActions, planOf, rowOf, toAction } from './rows.ts';

export { ACTIONS } from './kinds/index.ts';

const ACT_JOB = 'act';
const MOST_TRIES = 5;
const BUSY_MS = 30_000;
const LOOK_AGAIN_MS = 15 * 60_000;
const SYSTEM = 'leeway';

export interface ActionsOptions {
  /** The alert as it is now. @throws LeewayError */
  alertOf: (id: string) => Promise<Alert>;
  /** Says something about an alert where it was announced. */
  note: (tx: StoreTx, note: { alert: string; key: string; text: string }) => Promise<void>;
  kinds?: readonly ActionKind[];
}

export type Actions = ReturnType<typeof registerActions>;

/** What alerts do by themselves: one job an action, which decides, notes what it is about to do, does it, and says what came of it. */
export function registerActions(ctx: ActionsContext, { alertOf, note, kinds = ACTIONS }: ActionsOptions) {
  const say = async (tx: StoreTx, row: ActionRow, text: string): Promise<void> => {
    await note(tx, { alert: row.alert, key: `${row.id}:${row.state}:${row.attempts}`, text });
  };

  /** Writes a new state, and tells of it. */
  const move = async (
    tx: StoreTx,
    row: ActionRow,
    change: Partial<ActionRow> & { state: ActionState },
    told: string,
    actor = SYSTEM,
  ) => {
    const now = ctx.clock.now();
    const next: ActionRow = { ...row, ...change, updatedAt: now };
    const { id: _, ...values } = next;
    await tx.updateTable('actions').set(values).where('id', '=', row.id).execute();
    const { alert, type, model, state } = next;
    await ctx.audit.append(tx, actor, `action.${state}`, row.id, { alert, model, type, text: told });
    await ctx.events.emit(tx, 'action.changed', model, { action: row.id, alert, type, state });
    await say(tx, next, `${labelOf(kinds, type)}: ${told}`);
    return next;
  };
  const end = (tx: StoreTx, row: ActionRow, state: ActionState, why: string, actor?: string) =>
    move(tx, row, { state, why, endedAt: ctx.clock.now() }, why, actor);

  ctx.jobs.define<{ action: string }>(ACT_JOB, {
    maxAttempts: 8,
    backoff: exponentialBackoff(5_000, 300_000),
    onDead: async (tx, job, error) => {
      const row = await rowOf(tx, job.payload.action);
      if (row.endedAt === null) await end(tx, row, 'failed', `Leeway: ${plain(redact(String(error)), 200)}`);
    },
    handler: async (job) => {
      const found = await ctx.store.db
        .selectFrom('actions')
        .selectAll()
        .where('id', '=', job.payload.action)
        .executeTakeFirst();
      if (!found || found.endedAt !== null) return undefined;
      let row: ActionRow = found;
      const given = await givenOf(ctx, kinds, row, alertOf).catch((error: unknown) => error as LeewayError);
      if (given instanceof Error) {
        if (!(given instanceof LeewayError)) throw given;
        return async (tx) => void (await end(tx, row, 'refused', given.message));
      }
      const { kind, config, secrets } = given;
      const clean = (text: string) => plain(redact(text, secrets), 1_500);

      let plan = planOf(row);
      if (row.state === 'running' && !kind.repeatable)
        return async (tx) =>
          void (await end(
            tx,
            row,
            'uncertain',
            `it was begun (${plan?.text}) and the server was stopped in the midst; nobody knows how far it came`,
          ));
      if (row.state !== 'running') {
        const before = plan ?? (await kind.plan(ctx, given).catch(asFailure));
        if (before instanceof Error) return async (tx) => void (await end(tx, row, 'failed', clean(before.message)));
        plan = { ...before, text: clean(before.text) };
        const labels = config.minimumLabels > 0 ? await labelsSince(ctx, given.model) : null;
        const begun = await ctx.store.db.transaction().execute((tx) => begin(tx, row, config, plan!, labels));
        if (begun === 'over') return undefined;
        if (begun.decision.next === 'wait') throw new RetryLater(begun.decision.why, BUSY_MS);
        if (begun.decision.next !== 'run' || config.dryRun) return undefined;
        row = begun.row;
      }
      const outcome: ActionOutcome = await kind.run(ctx, given, plan!, job.signal).catch((error: unknown) => {
        if (job.signal.aborted) throw error;
        return { outcome: 'failed' as const, text: asFailure(error).message };
      });
      if (job.signal.aborted) job.signal.throwIfAborted();
      const text = clean(outcome.text);
      if (outcome.outcome === 'retry' && row.attempts + 1 < MOST_TRIES) {
        await ctx.store.db
          .updateTable('actions')
          .set({ attempts: row.attempts + 1, why: text, updatedAt: ctx.clock.now() })
          .where('id', '=', row.id)
          .execute();
        throw new RetryLater(text, exponentialBackoff(5_000, 120_000)(row.attempts + 1));
      }
      return async (tx) => void (await end(tx, row, outcome.outcome === 'done' ? 'done' : 'failed', text));
    },
  });

  /** Decides under the lock of the model, and writes the decision: of several at once one goes first, and what is about to be done is on record before it is. */
  const begin = async (
    tx: StoreTx,
    { id }: ActionRow,
    config: ActionConfig,
    plan: Plan,
    labels: number | null,
  ): Promise<'over' | { decision: ActionDecision; row: ActionRow }> => {
    const now = ctx.clock.now();
    const row = await lockedRow(tx, id);
    if (row.endedAt !== null || row.state === 'running') return 'over';
    const decision = decideAction({ now, id, ...(await factsOf(tx, row, config)), labels });
    const planned = { plan: plan.text, planData: encode(plan.data) };
    if (decision.next === 'refuse') await end(tx, { ...row, ...planned }, 'refused', decision.why);
    if (decision.next === 'ask') {
      if (row.state !== 'awaiting_approval')
        await move(
          tx,
          row,
          { ...planned, state: 'awaiting_approval', why: decision.why },
          `would ${plan.text}; ${decision.why}`,
        );
      // Until then it is looked whether the alert still fires.
      await ctx.jobs.enqueue(tx, {
        kind: ACT_JOB,
        key: `${id}/${now}`,
        payload: { action: id },
        runAt: now + LOOK_AGAIN_MS,
      });
    }
    if (decision.next !== 'run') return { decision, row };
    if (config.dryRun) {
      const ended = await end(tx, { ...row, ...planned, dryRun: 1 }, 'done', `dry run: it would ${plan.text}`);
      return { decision, row: ended };
    }
    const started = { ...row, ...planned, state: 'running', startedAt: now, updatedAt: now, why: plan.text };
    const { id: _, ...values } = started;
    await tx.updateTable('actions').set(values).where('id', '=', id).execute();
    await ctx.audit.append(tx, row.approvedBy ?? SYSTEM, 'action.running', id, {
      alert: row.alert,
      model: row.model,
      type: row.type,
      plan: plan.text,
    });
    await ctx.events.emit(tx, 'action.changed', row.model, {
      action: id,
      alert: row.alert,
      type: row.type,
      state: 'running',
    });
    return { decision, row: started };
  };

  /** A person says yes, or has an uncertain one tried again. */
  const approve = async ({ id, actor }: { id: string; actor: string }): Promise<Action> =>
    ctx.store.db.transaction().execute(async (tx) => {
      const row = await lockedRow(tx, id);
      if (row.state !== 'awaiting_approval' && row.state !== 'uncertain')
        throw wrongState(row, 'awaiting approval or uncertain');
      const again = { state: 'waiting' as const, approvedBy: actor, endedAt: null, planData: null };
      const next = await move(tx, row, { ...again, why: '' }, `approved by ${actor}`, actor);
      const now = ctx.clock.now();
      await ctx.jobs.enqueue(tx, { kind: ACT_JOB, key: `${id}/approved/${now}`, payload: { action: id }, runAt: now });
      return toAction(next);
    });

  const reject = async ({ id, actor, reason }: { id: string; actor: string; reason: string }): Promise<Action> =>
    ctx.store.db.transaction().execute(async (tx) => {
      const row = await lockedRow(tx, id);
      if (row.state !== 'awaiting_approval' && row.state !== 'waiting' && row.state !== 'uncertain')
        throw wrongState(row, 'not begun');
      return toAction(await end(tx, row, 'rejected', `rejected by ${actor}${reason ? `: ${reason}` : ''}`, actor));
    });

  return {
    /** Called in the transaction in which an alert begins to fire. */
    async onAlertFiring(tx: StoreTx, alert: Alert): Promise<void> {
      // Where nothing is known, nothing is done.
      if (alert.labels['condition'] !== undefined) return;
      const rule = ctx
        .config()
        .models.find(({ name }) => name === alert.model)
        ?.rules.find(({ name }) => name === alert.rule);
      const now = ctx.clock.now();
      for (const [position, config] of (rule?.actions ?? []).entries()) {
        if (config.severities && !config.severities.includes(alert.severity)) continue;
        const id = actionId(alert.id, position);
        const added = await tx
          .insertInto('actions')
          .values({
            ...{ id, alert: alert.id, position, model: alert.model, rule: alert.rule, type: config.type },
            ...{
              state: 'waiting',
              dryRun: config.dryRun ? 1 : 0,
              plan: null,
              planData: null,
              why: '',
              approvedBy: null,
            },
            ...{ attempts: 0, createdAt: now, startedAt: null, updatedAt: now, endedAt: null },
          })
          .onConflict((c) => c.doNothing())
          .returning('id')
          .executeTakeFirst();
        if (!added) continue;
        const runAt = now + durationMs(config.after);
        await ctx.jobs.enqueue(tx, { kind: ACT_JOB, key: id, payload: { action: id }, runAt });
      }
    },
    approve,
    reject,
    list: (filter?: ActionFilter) => listActions(ctx.store.db, filter),
    get: async (id: string) => toAction(await rowOf(ctx.store.db, id)),
  };
}

/** An action is one of an alert at its place in the rule: it is done once, whatever is replayed. */
const actionId = (alert: string, position: number): string =>
  `action_${createHash('sha256')
    .update(JSON.stringify([alert, position]))
    .digest('hex')
    .slice(0, 20)}`;

const labelOf = (kinds: readonly ActionKind[], type: string): string =>
  kinds.find((kind) => kind.type === type)?.label ?? type;

/** The row, read under the lock of its model: what a person says and what the job begins see each other. */
async function lockedRow(tx: StoreTx, id: string): Promise<ActionRow> {
  const { model } = await rowOf(tx, id);
  await lockInTx(tx, `actions/${model}`);
  return rowOf(tx, id);
}

const wrongState = ({ id, state }: ActionRow, wanted: string): LeewayError =>
  new LeewayError('wrong_state', `action ${id} is ${state.replace('_', ' ')}; expected one that is ${wanted}`);

const asFailure = (error: unknown): Error => {
  if (error instanceof LeewayError) return error;
  return error instanceof Error ? error : new Error(String(error));
};
