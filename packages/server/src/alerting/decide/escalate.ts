import { durationMs, type EscalationConfig } from '@leeway/contract';

/** An escalation as it was when the alert began to fire: later changes of the configuration do not move it. */
export interface EscalationPolicy {
  steps: { afterMs: number; notify: string[] }[];
  /** How often all steps are gone through again. */
  repeat: number;
  repeatAfterMs: number;
}

/** How far an alert has come on its way through a policy. */
export interface EscalationState {
  /** waiting for the next step; held while somebody has the alert in hand; done when there is nothing left to do. */
  status: 'waiting' | 'held' | 'done';
  /** The step that comes next, and in which round, both from 0. */
  loop: number;
  step: number;
  /** When the next step comes; null unless waiting. */
  dueAt: number | null;
  /** What was left of the wait when somebody took the alert; null unless held. */
  remainingMs: number | null;
}

export type EscalationEvent =
  /** The time of the next step has come, and nothing mutes the alert. */
  | 'due'
  /** Its time has come, but the alert is muted. */
  | { mutedUntil: number }
  | 'acknowledged'
  /** Nobody has it any more: the acknowledgement ran out or was taken back. */
  | 'unacknowledged'
  | 'ended';

export interface FiredStep {
  loop: number;
  step: number;
}

export const snapshotPolicy = ({ steps, repeat, repeatAfter }: EscalationConfig): EscalationPolicy => ({
  steps: steps.map(({ after, notify }) => ({ afterMs: durationMs(after), notify })),
  repeat,
  repeatAfterMs: durationMs(repeatAfter),
});

/** Where an alert stands that begins to fire, whether or not it did before. */
export const beginEscalation = (policy: EscalationPolicy, now: number): EscalationState => ({
  status: 'waiting',
  loop: 0,
  step: 0,
  dueAt: now + (policy.steps[0]?.afterMs ?? 0),
  remainingMs: null,
});

/**
 * What happens to an escalation. A step comes once in a round, its wait after the one before it, and none while somebody has the
 * alert in hand; when nobody has it any more the wait goes on where it stopped.
 */
export function escalate(
  policy: EscalationPolicy,
  state: EscalationState,
  event: EscalationEvent,
  now: number,
): { state: EscalationState; fire: FiredStep | null } {
  const stay = { state, fire: null };
  if (state.status === 'done') return stay;
  if (event === 'ended') return { state: { ...state, status: 'done', dueAt: null, remainingMs: null }, fire: null };
  if (event === 'acknowledged') {
    if (state.dueAt === null) return stay;
    const remainingMs = Math.max(0, state.dueAt - now);
    return { state: { ...state, status: 'held', dueAt: null, remainingMs }, fire: null };
  }
  if (event === 'unacknowledged') {
    if (state.remainingMs === null) return stay;
    return { state: { ...state, status: 'waiting', dueAt: now + state.remainingMs, remainingMs: null }, fire: null };
  }
  if (state.dueAt === null || state.dueAt > now) return stay;
  if (event !== 'due') return { state: { ...state, dueAt: Math.max(now + 1, event.mutedUntil) }, fire: null };
  const { loop, step } = state;
  return { state: { ...state, ...following(policy, state, now) }, fire: { loop, step } };
}

function following(policy: EscalationPolicy, { loop, step }: FiredStep, now: number): Partial<EscalationState> {
  const next = policy.steps[step + 1];
  if (next) return { step: step + 1, dueAt: now + next.afterMs };
  if (loop >= policy.repeat) return { status: 'done', dueAt: null };
  return { loop: loop + 1, step: 0, dueAt: now + policy.repeatAfterMs };
}
