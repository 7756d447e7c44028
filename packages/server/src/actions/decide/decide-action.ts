import type { ActionState } from '@leeway/contract';

export interface PastAction {
  id: string;
  state: ActionState;
  dryRun: boolean;
  /** When it began to run; null if it did not. */
  startedAt: number | null;
}

export interface ActionFacts {
  now: number;
  id: string;
  state: 'waiting' | 'awaiting_approval';
  /** Whether the alert fires. */
  firing: boolean;
  approvedBy: string | null;
  policy: {
    approval: 'required' | 'none';
    dryRun: boolean;
    cooldownMs: number;
    budget: { most: number; perMs: number };
    minimumLabels: number;
  };
  /** Actions of the same type on the same model, newest first, this one among them or not. */
  past: readonly PastAction[];
  /** Whether another action is at work on the model. */
  busy: boolean;
  /** Rules of open alerts of the model that forbid it. */
  forbidding: readonly string[];
  /** Labels that came since the champion began to serve; null where nobody asked. */
  labels: number | null;
}

export type ActionDecision =
  | { next: 'run' }
  | { next: 'ask'; why: string }
  | { next: 'wait'; why: string }
  | { next: 'refuse'; why: string };

/** After so many that failed one after the other, a person is asked. */
export const BREAKER = 3;

/** Whether an action that is due is done, asked about, put off or refused. Approval lifts the breaker, and no other guard rail. */
export function decideAction(facts: ActionFacts): ActionDecision {
  const { now, id, firing, approvedBy, policy, busy, forbidding, labels } = facts;
  const past = facts.past.filter((action) => action.id !== id && !action.dryRun);
  if (!firing) return { next: 'refuse', why: 'the alert was over before it was done' };
  if (forbidding.length > 0) return { next: 'refuse', why: `forbidden while ${forbidding.join(', ')} is open` };
  if (labels !== null && labels < policy.minimumLabels)
    return {
      next: 'refuse',
      why: `${labels} labels have come since the champion serves, and it wants ${policy.minimumLabels}`,
    };

  const begun = past.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]));
  const last = Math.max(...begun, Number.NEGATIVE_INFINITY);
  if (now - last < policy.cooldownMs)
    return { next: 'refuse', why: `the last of its kind was ${ago(now - last)} ago, within the cooldown` };
  const spent = begun.filter((at) => now - at < policy.budget.perMs).length;
  if (spent >= policy.budget.most)
    return {
      next: 'refuse',
      why: `${spent} of its kind were done in the time of the budget, which allows ${policy.budget.most}`,
    };
  if (busy) return { next: 'wait', why: 'another action is at work on the model' };
  if (policy.dryRun || approvedBy !== null) return { next: 'run' };
  if (policy.approval === 'required') return { next: 'ask', why: 'it wants the approval of a person' };
  const ended = past.filter(({ state }) => state === 'done' || state === 'failed').slice(0, BREAKER);
  if (ended.length === BREAKER && ended.every(({ state }) => state === 'failed'))
    return { next: 'ask', why: `the last ${BREAKER} of its kind failed; a person decides` };
  return { next: 'run' };
}

function ago(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
