import { LeewayError, type RunState } from '@leeway/contract';

/** Where a run may go from where it is. A run that has ended goes nowhere. */
const NEXT: Record<RunState, readonly RunState[]> = {
  suggested: ['queued', 'vetoed', 'cancelled'],
  queued: ['preparing', 'vetoed', 'failed', 'cancelled'],
  preparing: ['training', 'vetoed', 'failed', 'cancelled'],
  training: ['evaluating', 'failed', 'cancelled'],
  evaluating: ['awaiting_approval', 'promoted', 'rejected', 'failed', 'cancelled'],
  awaiting_approval: ['promoted', 'rejected'],
  promoted: [],
  rejected: [],
  vetoed: [],
  failed: [],
  cancelled: [],
};

/** States in which a run is under way: no other of the same model may begin. One that waits for a person is not. */
export const UNDER_WAY: readonly RunState[] = ['queued', 'preparing', 'training', 'evaluating'];

export const hasEnded = (state: RunState): boolean => NEXT[state].length === 0;

/** @throws LeewayError `wrong_state` when a run cannot go from one state to the other. */
export function assertTransition(run: string, from: RunState, to: RunState): void {
  if (NEXT[from].includes(to)) return;
  const ways = NEXT[from].length === 0 ? 'it has ended' : `from there it can become ${NEXT[from].join(', ')}`;
  throw new LeewayError('wrong_state', `run ${run} is ${from} and cannot become ${to}; ${ways}`);
}
